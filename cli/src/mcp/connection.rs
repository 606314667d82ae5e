//! The API as the settings of the moment name it.

use std::sync::{Arc, Mutex, PoisonError};

use crate::{client::Client, failure::Failure, settings::Settings};

/// Makes clients; one is kept as long as address and token stay the same.
pub struct Connection {
    api_url: Option<String>,
    current: Mutex<Option<Current>>,
}

struct Current {
    api_url: String,
    token: String,
    client: Arc<Client>,
}

impl Connection {
    /// To the address of the command line, else to that of the settings.
    pub fn new(api_url: Option<String>) -> Self {
        Self {
            api_url,
            current: Mutex::new(None),
        }
    }

    /// A client with the address and the token that the settings name now.
    ///
    /// # Errors
    /// Wrong use when they are found nowhere.
    pub fn client(&self) -> Result<Arc<Client>, Failure> {
        let settings = Settings::find(self.api_url.clone())?;
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(kept) = current.as_ref()
            && kept.api_url == settings.api_url
            && kept.token == settings.token
        {
            return Ok(Arc::clone(&kept.client));
        }
        let (api_url, token) = (settings.api_url.clone(), settings.token.clone());
        let client = Arc::new(Client::new(settings)?);
        *current = Some(Current {
            api_url,
            token,
            client: Arc::clone(&client),
        });
        Ok(client)
    }
}
