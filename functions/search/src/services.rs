//! The services, and which index and models a search goes to.

use crate::{Config, seams::Worlds, serving::Serving, visual::Visual};
use aws_config::SdkConfig;
use catalog::Catalog;
use embedding::{EmbeddersByName, TextEmbedder};
use models::ModelFolder;
use object_store::ObjectStore;
use search_index::{SearchIndex, SearchIndexError, Standing};
use std::{
    error::Error,
    num::NonZeroUsize,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::sync::Mutex;

/// Threads of the text model: a query is too short for more to help.
const THREADS: NonZeroUsize = NonZeroUsize::MIN;
/// How long is waited for the index to say whether it still serves; after that it is taken to.
const LOOK_BUDGET: Duration = Duration::from_secs(1);

/// The services of AWS, OpenSearch and the models.
#[derive(Debug)]
pub struct Services {
    config: Config,
    embedders: Arc<EmbeddersByName>,
    index: SearchIndex,
    catalog: Catalog,
    store: ObjectStore,
    last: Mutex<Option<Last>>,
}

/// What served when it was last asked.
#[derive(Debug)]
struct Last {
    seen: Instant,
    standing: Standing,
    serving: Arc<Serving>,
}

impl Services {
    /// Builds the clients, and opens the text model of the index that serves; that of pictures is opened when a query
    /// first needs it. Where the index does not answer yet, the first search opens what it needs.
    ///
    /// # Errors
    /// The address of OpenSearch is none.
    pub async fn connect(config: Config, aws: &SdkConfig) -> Result<Self, SearchIndexError> {
        let models = (config.models_dir.clone(), config.onnxruntime.clone());
        let services = Self {
            embedders: Arc::new(EmbeddersByName::new(models.0, models.1, THREADS)),
            index: SearchIndex::new(&config.opensearch_url, aws)?,
            catalog: Catalog::new(aws_sdk_dynamodb::Client::new(aws), config.table.clone()),
            store: ObjectStore::new(aws),
            last: Mutex::new(None),
            config,
        };
        if let Err(error) = services.now(Duration::ZERO).await {
            tracing::warn!(error.message = %error, "no index serves yet");
        }
        Ok(services)
    }

    /// A model that can't be opened is logged, and searches go on without it.
    async fn open(&self, standing: &Standing) -> Serving {
        let embedder = self.open_embedder(&standing.vectors.text.model).await;
        let visual = self.find_visual(&standing.vectors.image.model);
        Serving {
            embedder: or_off(embedder, "search by meaning"),
            visual: or_off(visual, "search by looks").map(Arc::new),
            index: self.index.named(&standing.index),
            catalog: self.catalog.clone(),
            store: self.store.clone(),
            derived_bucket: self.config.derived_bucket.clone(),
            record_feedback: self.config.record_feedback,
        }
    }

    async fn open_embedder(&self, name: &str) -> Result<Arc<TextEmbedder>, Box<dyn Error>> {
        let (embedders, name) = (Arc::clone(&self.embedders), name.to_owned());
        let opening = tokio::task::spawn_blocking(move || embedders.text(&name));
        Ok(opening.await??)
    }

    fn find_visual(&self, name: &str) -> Result<Visual, Box<dyn Error>> {
        let folder = ModelFolder::open_named(&self.config.models_dir, name)?;
        Ok(Visual::new(folder.model(), Arc::clone(&self.embedders)))
    }
}

impl Worlds for Services {
    type World = Serving;

    async fn now(&self, age: Duration) -> Result<Arc<Serving>, SearchIndexError> {
        let mut last = self.last.lock().await;
        if let Some(last) = &mut *last {
            if last.seen.elapsed() < age {
                return Ok(Arc::clone(&last.serving));
            }
            let looked = tokio::time::timeout(LOOK_BUDGET, self.index.serving()).await;
            let serves_on = match looked {
                Ok(Ok(standing)) => standing == last.standing,
                // What is wrong with it the search itself will say.
                Ok(Err(_)) | Err(_) => true,
            };
            if serves_on {
                last.seen = Instant::now();
                return Ok(Arc::clone(&last.serving));
            }
        }
        let standing = self.index.serving().await?;
        let serving = Arc::new(self.open(&standing).await);
        tracing::info!(index.name = standing.index, "searches go to this index");
        *last = Some(Last {
            seen: Instant::now(),
            standing,
            serving: Arc::clone(&serving),
        });
        Ok(serving)
    }
}

fn or_off<T>(opened: Result<T, Box<dyn Error>>, what: &str) -> Option<T> {
    let logged = opened.inspect_err(|error| {
        let cause = error.source().map(ToString::to_string);
        tracing::error!(error.message = %error, error.cause = cause, "{what} is off");
    });
    logged.ok()
}
