//! Uploading one file: subtitles first, then the file in one piece or in parts.

use std::path::Path;

use anyhow::{Context, anyhow};
use contracts::{
    VideoId,
    api::{Upload, UploadRequest, VideoStatus},
    limits::MAX_SOURCE_BYTES,
};
use indicatif::ProgressBar;

use super::{
    parts::{Shipment, put_parts},
    resume::{Begun, Identity, UploadState},
};
use crate::{
    arguments::Labels,
    client::Client,
    failure::Failure,
    local_file::{LocalFile, content_type, subtitles_beside},
    output::Output,
    progress::byte_bar,
    transfer::put,
};

/// What the API answers where an upload can't be gone on with.
const GONE: [u16; 3] = [400, 404, 409];

/// Uploads a file, or what is missing of it where an earlier run was interrupted, and answers its video.
///
/// # Errors
/// Wrong use when the file can't be accepted, before anything is made; failed when it does not get there.
pub async fn upload(
    client: &Client,
    output: &Output,
    path: &Path,
    subtitles: Option<&Path>,
    labels: &Labels,
) -> Result<VideoId, Failure> {
    let source = LocalFile::check(path, MAX_SOURCE_BYTES)?;
    let subtitles = match subtitles {
        Some(path) => Some(LocalFile::check_subtitles(path)?),
        None => subtitles_beside(path, output),
    };
    let mut state = UploadState::recall(&Identity {
        api_url: client.api_url(),
        source: &source,
        subtitles: subtitles.as_ref(),
        labels,
    })?;
    let bar = byte_bar(output.bars(), &name(path), source.size_bytes);
    let sent = async {
        if let Some(id) = go_on(client, output, &source, &mut state, &bar).await? {
            return Ok(id);
        }
        begin(
            client,
            &source,
            subtitles.as_ref(),
            labels,
            &mut state,
            &bar,
        )
        .await
    };
    let sent = sent.await;
    bar.finish_and_clear();
    output.bars().remove(&bar);
    let id = sent?;
    state.forget();
    Ok(id)
}

fn name(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str());
    name.to_string_lossy().into_owned()
}

/// Goes on with an upload that was interrupted; `None` where there is none, or it must begin again.
async fn go_on(
    client: &Client,
    output: &Output,
    source: &LocalFile,
    state: &mut UploadState,
    bar: &ProgressBar,
) -> Result<Option<VideoId>, Failure> {
    let Some(begun) = state.begun().cloned() else {
        return Ok(None);
    };
    let id = begun.video_id.clone();
    let (path, count) = (source.path.display(), begun.multipart.part_count);
    let sent = match client.video(&id).await.map(|video| video.status) {
        Ok(VideoStatus::AwaitingUpload) => {
            let done = state.parts().len();
            output.note(&format!(
                "{path}: goes on, {done} of {count} parts are there"
            ));
            let shipment = Shipment {
                client,
                begun: &begun,
                source,
                bar,
            };
            put_parts(shipment, state).await
        }
        Ok(VideoStatus::Deleting) => Err(Failure::Refused(404, "it is being deleted".to_owned())),
        Ok(_) => {
            output.note(&format!("{path}: had arrived already"));
            Ok(())
        }
        Err(failure) => Err(failure),
    };
    match sent {
        Ok(()) => Ok(Some(id)),
        Err(failure) if failure.is_refused_with(&GONE) => {
            output.note(&format!(
                "{path}: begins again, the earlier upload is gone ({failure})"
            ));
            // It would wait for its bytes for ever.
            _ = client.delete(&id).await;
            state.forget();
            bar.set_position(0);
            Ok(None)
        }
        Err(failure) => {
            delete_unless_kept(client, &id, state).await;
            Err(failure)
        }
    }
}

async fn begin(
    client: &Client,
    source: &LocalFile,
    subtitles: Option<&LocalFile>,
    labels: &Labels,
    state: &mut UploadState,
    bar: &ProgressBar,
) -> Result<VideoId, Failure> {
    let upload = client
        .create_upload(&UploadRequest {
            content_type: content_type(&source.path).to_owned(),
            size_bytes: source.size_bytes,
            title: labels.title.clone(),
            tags: labels.tags.clone(),
            language: labels.language.clone(),
            subtitles_size_bytes: subtitles.map(|file| file.size_bytes),
            file_name: name(&source.path),
        })
        .await?;
    let sent = async {
        if let Some(file) = subtitles {
            put_subtitles(client, &upload, file).await?;
        }
        put_source(client, &upload, source, state, bar).await
    };
    let sent = sent.await;
    if sent.is_err() {
        delete_unless_kept(client, &upload.video_id, state).await;
    }
    sent.map(|()| upload.video_id)
}

/// A video whose bytes no later run sends would wait for them for ever. That it stays is not worth hiding why.
async fn delete_unless_kept(client: &Client, id: &VideoId, state: &UploadState) {
    if !state.is_kept() {
        _ = client.delete(id).await;
    }
}

async fn put_subtitles(client: &Client, upload: &Upload, file: &LocalFile) -> Result<(), Failure> {
    let address = upload
        .subtitles
        .as_ref()
        .context("the API gave no address for the subtitles")?;
    let hidden = ProgressBar::hidden();
    let (url, headers) = (&address.url, &address.headers);
    let sent = put(client.plain(), url, headers, &file.whole(), &hidden).await;
    file.check_unchanged()?;
    sent.map_err(|error| anyhow::Error::from(error).context("upload the subtitles"))?;
    Ok(())
}

async fn put_source(
    client: &Client,
    upload: &Upload,
    source: &LocalFile,
    state: &mut UploadState,
    bar: &ProgressBar,
) -> Result<(), Failure> {
    match (&upload.source, &upload.multipart) {
        (Some(address), _) => {
            let (url, headers) = (&address.url, &address.headers);
            let sent = put(client.plain(), url, headers, &source.whole(), bar).await;
            source.check_unchanged()?;
            sent.map_err(anyhow::Error::from)?;
            Ok(())
        }
        (None, Some(multipart)) => {
            let begun = Begun {
                video_id: upload.video_id.clone(),
                multipart: multipart.clone(),
            };
            state.begin(begun.clone())?;
            let shipment = Shipment {
                client,
                begun: &begun,
                source,
                bar,
            };
            put_parts(shipment, state).await
        }
        (None, None) => Err(anyhow!("the API gave no address for the file").into()),
    }
}
