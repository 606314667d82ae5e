//! Imports: objects that already lie in S3, indexed where they are.

use crate::{
    Shared,
    failure::{Answer, Failure},
    validation,
};
use axum::{Json, extract::State};
use catalog::{ArrivedObject, CatalogError, Claim, VideoRecord};
use contracts::{
    Workspace,
    api::{ImportRequest, Origin, Video},
    tasks::ObjectRef,
};
use lambda_http::http::StatusCode;
use lambda_kit::http::{Caller, JsonBody, ProblemResponse};
use object_store::StoreError;
use std::{convert::Infallible, str::FromStr};

/// From where imports are allowed: `bucket` or `bucket/prefix`, where `{workspace}` stands for the
/// caller's tenant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportSources(Vec<String>);

impl FromStr for ImportSources {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let entries = text
            .split(',')
            .map(str::trim)
            .filter(|entry| !entry.is_empty());
        Ok(Self(entries.map(str::to_owned).collect()))
    }
}

impl ImportSources {
    fn allow(&self, workspace: &Workspace, bucket: &str, key: &str) -> bool {
        self.0.iter().any(|entry| {
            let entry = entry.replace("{workspace}", workspace.as_str());
            match entry.split_once('/') {
                None => entry == bucket,
                Some((allowed, prefix)) => allowed == bucket && key.starts_with(prefix),
            }
        })
    }
}

/// `POST /imports`
pub(crate) async fn create(
    State(deps): Shared,
    caller: Caller,
    JsonBody(request): JsonBody<ImportRequest>,
) -> Answer<(StatusCode, Json<Video>)> {
    validation::description(
        request.title.as_deref(),
        Some(&request.tags),
        request.language.as_deref(),
    )?;
    let url = request.url.clone();
    let (bucket, key) = parse(&url)?;
    if !deps
        .config
        .import_sources
        .allow(&caller.workspace, bucket, key)
    {
        let detail = format!(
            "imports from s3://{bucket}/{key} are not allowed: the setting importSources names the buckets that are"
        );
        return Err(ProblemResponse::new(StatusCode::FORBIDDEN, detail).into());
    }
    let arrived = find(&deps, bucket, key).await?;

    let video_id = workflow::video_id_of_object(&caller.workspace, bucket, key);
    let known = deps.catalog.get(&caller.workspace, &video_id).await?;
    if known.is_none() {
        let record = record(&caller, video_id.clone(), key, request);
        match deps.catalog.create(&record).await {
            Ok(()) | Err(CatalogError::Conflict) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let Claim::Start(video) = deps
        .catalog
        .claim(&caller.workspace, &video_id, &arrived)
        .await?
    else {
        return Err(Failure::conflict(format!(
            "the video {video_id} is being deleted: import it again when it is gone"
        )));
    };
    let record = deps
        .catalog
        .get(&caller.workspace, &video_id)
        .await?
        .ok_or_else(|| Failure::unknown_video(&video_id))?;
    deps.workflow.start_index(&record).await?;
    let status = match known {
        Some(known) if known.generation == video.generation => StatusCode::OK,
        _ => StatusCode::ACCEPTED,
    };
    Ok((status, Json(record.into_api())))
}

fn parse(url: &str) -> Result<(&str, &str), ProblemResponse> {
    url.strip_prefix("s3://")
        .and_then(|rest| rest.split_once('/'))
        .filter(|(bucket, key)| !bucket.is_empty() && !key.is_empty())
        .ok_or_else(|| ProblemResponse::bad_request("url is not of the form s3://bucket/key"))
}

async fn find(deps: &crate::Dependencies, bucket: &str, key: &str) -> Answer<ArrivedObject> {
    let mut source = ObjectRef {
        bucket: bucket.to_owned(),
        key: key.to_owned(),
        version_id: None,
        etag: None,
    };
    match deps.store.stat(&source).await {
        Ok(stat) => {
            source.version_id = stat.version_id;
            source.etag = stat.etag;
            Ok(ArrivedObject {
                source,
                sequencer: None,
                size_bytes: stat.size_bytes,
            })
        }
        Err(StoreError::NotFound(_) | StoreError::Denied(_)) => {
            let detail =
                format!("there is no object s3://{bucket}/{key}, or vindex may not read it");
            Err(ProblemResponse::new(StatusCode::NOT_FOUND, detail).into())
        }
        Err(error) => Err(error.into()),
    }
}

fn record(
    caller: &Caller,
    video_id: contracts::VideoId,
    key: &str,
    request: ImportRequest,
) -> VideoRecord {
    let file_name = key.rsplit('/').next().unwrap_or(key).to_owned();
    let mut record = VideoRecord::new(
        caller.workspace.clone(),
        video_id,
        Origin::Import,
        caller.subject.clone(),
    );
    record.title = request.title.unwrap_or_else(|| file_name.clone());
    record.file_name = file_name;
    record.tags = request.tags;
    record.language = request.language;
    record
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(sources: &str, bucket: &str, key: &str, expected: bool) {
        let sources: ImportSources = sources.parse().unwrap();
        assert_eq!(
            sources.allow(&"w".into(), bucket, key),
            expected,
            "{bucket}/{key}"
        );
    }

    #[test]
    fn only_named_buckets_and_prefixes_are_allowed() {
        check("", "a", "k", false);
        check("a, b/talks/", "a", "k", true);
        check("a, b/talks/", "b", "talks/k", true);
        check("a, b/talks/", "b", "k", false);
        check("c/{workspace}/", "c", "w/k", true);
        check("c/{workspace}/", "c", "other/k", false);
    }

    #[test]
    fn an_address_needs_bucket_and_key() {
        assert_eq!(parse("s3://b/a/k.mp4"), Ok(("b", "a/k.mp4")));
        for wrong in ["", "s3://", "s3://b", "s3://b/", "https://b/k", "s3:///k"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
