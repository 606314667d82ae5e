//! Uploading one file: subtitles first, then the file in one piece or in parts.

use std::path::Path;

use anyhow::{Context, anyhow};
use contracts::{
    VideoId,
    api::{CompleteUploadRequest, CompletedPart, MultipartUpload, PartUrl, Upload, UploadRequest},
    limits::MAX_SOURCE_BYTES,
};
use futures::{StreamExt, TryStreamExt, stream};
use indicatif::ProgressBar;

use crate::{
    arguments::Labels,
    client::Client,
    failure::Failure,
    local_file::{LocalFile, content_type, subtitles_beside},
    output::Output,
    progress::byte_bar,
    transfer::{Stretch, TransferError, put},
};

/// So many parts are on their way at once.
const PARTS_AT_ONCE: usize = 4;

/// Uploads a file and answers the video that it becomes.
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
    let file_name = path
        .file_name()
        .unwrap_or(path.as_os_str())
        .to_string_lossy()
        .into_owned();
    let upload = client
        .create_upload(&UploadRequest {
            content_type: content_type(path).to_owned(),
            size_bytes: source.size_bytes,
            title: labels.title.clone(),
            tags: labels.tags.clone(),
            language: labels.language.clone(),
            subtitles_size_bytes: subtitles.as_ref().map(|file| file.size_bytes),
            file_name: file_name.clone(),
        })
        .await?;
    if let Some(file) = subtitles {
        put_subtitles(client, &upload, &file).await?;
    }
    let bar = byte_bar(&file_name, source.size_bytes);
    let put = put_source(client, &upload, &source, &bar).await;
    bar.finish_and_clear();
    put?;
    Ok(upload.video_id)
}

async fn put_subtitles(client: &Client, upload: &Upload, file: &LocalFile) -> Result<(), Failure> {
    let address = upload
        .subtitles
        .as_ref()
        .context("the API gave no address for the subtitles")?;
    let stretch = file.whole();
    let sent = put(
        client.plain(),
        &address.url,
        &address.headers,
        &stretch,
        &ProgressBar::hidden(),
    )
    .await;
    sent.map_err(|error| anyhow::Error::from(error).context("upload the subtitles"))?;
    Ok(())
}

async fn put_source(
    client: &Client,
    upload: &Upload,
    source: &LocalFile,
    bar: &ProgressBar,
) -> Result<(), Failure> {
    match (&upload.source, &upload.multipart) {
        (Some(address), _) => {
            let sent = put(
                client.plain(),
                &address.url,
                &address.headers,
                &source.whole(),
                bar,
            )
            .await;
            sent.map_err(anyhow::Error::from)?;
            Ok(())
        }
        (None, Some(multipart)) => {
            put_parts(client, &upload.video_id, multipart, source, bar).await
        }
        (None, None) => Err(anyhow!("the API gave no address for the file").into()),
    }
}

/// Parts go a few at a time; their addresses are fetched page by page as they are needed.
async fn put_parts(
    client: &Client,
    id: &VideoId,
    multipart: &MultipartUpload,
    source: &LocalFile,
    bar: &ProgressBar,
) -> Result<(), Failure> {
    let pages = stream::try_unfold(Some(1), |from| async move {
        let Some(from) = from else { return Ok(None) };
        let page = client.part_urls(id, &multipart.upload_id, from).await?;
        // A page that does not go forward would be asked for again and again.
        let next = page.next_part.filter(|next| *next > from);
        Ok::<_, Failure>(Some((page.parts, next)))
    });
    let mut parts: Vec<CompletedPart> = pages
        .map_ok(|page| stream::iter(page).map(Ok))
        .try_flatten()
        .map_ok(|part| put_part(client, id, multipart, source, part, bar))
        .try_buffer_unordered(PARTS_AT_ONCE)
        .try_collect()
        .await?;
    parts.sort_by_key(|part| part.part_number);
    let expected = multipart.part_count as usize;
    if parts.len() != expected {
        return Err(anyhow!(
            "the API gave addresses for {} of {expected} parts",
            parts.len()
        )
        .into());
    }
    let request = CompleteUploadRequest {
        upload_id: multipart.upload_id.clone(),
        parts,
    };
    client.complete_upload(id, &request).await
}

async fn put_part(
    client: &Client,
    id: &VideoId,
    multipart: &MultipartUpload,
    source: &LocalFile,
    part: PartUrl,
    bar: &ProgressBar,
) -> Result<CompletedPart, Failure> {
    let number = part.part_number;
    let stretch = part_stretch(source, multipart.part_size_bytes, number)?;
    let headers = std::collections::BTreeMap::new();
    let sent = match put(client.plain(), &part.url, &headers, &stretch, bar).await {
        // On a slow line an address may expire before its turn: a fresh one, once.
        Err(TransferError::Refused(_)) => {
            let page = client.part_urls(id, &multipart.upload_id, number).await?;
            let fresh = page
                .parts
                .into_iter()
                .find(|fresh| fresh.part_number == number);
            let fresh = fresh.with_context(|| format!("no new address for part {number}"))?;
            put(client.plain(), &fresh.url, &headers, &stretch, bar).await
        }
        sent => sent,
    };
    let etag = sent
        .map_err(|error| anyhow::Error::from(error).context(format!("upload part {number}")))?
        .with_context(|| format!("the storage gave no entity tag for part {number}"))?;
    Ok(CompletedPart {
        part_number: number,
        etag,
    })
}

fn part_stretch(source: &LocalFile, part_size_bytes: u64, number: u32) -> Result<Stretch, Failure> {
    let offset_bytes = u64::from(number.saturating_sub(1)) * part_size_bytes;
    if number == 0 || offset_bytes >= source.size_bytes {
        return Err(anyhow!(
            "the API gave an address for part {number}, which the file does not have"
        )
        .into());
    }
    let length_bytes = part_size_bytes.min(source.size_bytes - offset_bytes);
    Ok(Stretch {
        offset_bytes,
        length_bytes,
        ..source.whole()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    #[test]
    fn parts_cover_the_file_once() {
        let source = LocalFile {
            path: PathBuf::from("a"),
            size_bytes: 25,
        };
        let spans: Vec<_> = (1..=3)
            .map(|number| part_stretch(&source, 10, number).unwrap())
            .map(|stretch| (stretch.offset_bytes, stretch.length_bytes))
            .collect();
        assert_eq!(spans, [(0, 10), (10, 10), (20, 5)]);
        assert!(part_stretch(&source, 10, 4).is_err());
        assert!(part_stretch(&source, 10, 0).is_err());
    }
}
