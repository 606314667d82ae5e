//! The parts of a large file: a few at once, those that arrived before not again.

use std::{cell::RefCell, collections::BTreeMap};

use anyhow::{Context, anyhow};
use contracts::api::{CompleteUploadRequest, CompletedPart, MultipartUpload, PartUrl};
use futures::{StreamExt, TryStreamExt, stream};
use indicatif::ProgressBar;

use super::resume::{Begun, UploadState};
use crate::{
    client::Client,
    failure::Failure,
    local_file::LocalFile,
    transfer::{Stretch, TransferError, put},
};

/// So many parts are on their way at once.
const PARTS_AT_ONCE: usize = 4;

/// A file on its way.
#[derive(Clone, Copy)]
pub struct Shipment<'a> {
    /// Where to.
    pub client: &'a Client,
    /// As what.
    pub begun: &'a Begun,
    /// What.
    pub source: &'a LocalFile,
    /// How far.
    pub bar: &'a ProgressBar,
}

/// Puts the parts that are missing, remembers each as it arrives, and has them joined.
///
/// # Errors
/// Refused with 404 or 409 when the upload is no longer known. Where the file changed it is forgotten.
pub async fn put_parts(shipment: Shipment<'_>, state: &mut UploadState) -> Result<(), Failure> {
    let sent = put_missing(shipment, state).await;
    if let Err(changed) = shipment.source.check_unchanged() {
        // Parts of different files make no video, and no later run is about the file as it was.
        state.forget();
        return Err(changed);
    }
    sent?;
    let Begun {
        video_id,
        multipart,
    } = shipment.begun;
    let completion = completion(multipart, state.parts())?;
    shipment.client.complete_upload(video_id, &completion).await
}

async fn put_missing(shipment: Shipment<'_>, state: &mut UploadState) -> Result<(), Failure> {
    let Shipment { client, begun, .. } = shipment;
    let Begun {
        video_id,
        multipart,
    } = begun;
    let done = state.parts().clone();
    for number in done.keys() {
        let stretch = part_stretch(shipment.source, multipart.part_size_bytes, *number)?;
        shipment.bar.inc(stretch.length_bytes);
    }
    // What was there before is no part of the speed.
    shipment.bar.reset_eta();
    let done = &done;
    let missing_from = |from: u32| (from..=multipart.part_count).find(|n| !done.contains_key(n));
    let pages = stream::try_unfold(missing_from(1), |from| async move {
        let Some(from) = from else { return Ok(None) };
        let page = client
            .part_urls(video_id, &multipart.upload_id, from)
            .await?;
        // A page that does not go forward would be asked for again and again.
        let next = page.next_part.filter(|next| *next > from);
        Ok::<_, Failure>(Some((page.parts, next.and_then(missing_from))))
    });
    // After a failure no other part begins, but those under way are not thrown away.
    let failure = RefCell::new(None);
    let arrived = pages
        .map_ok(|page| stream::iter(page).map(Ok::<_, Failure>))
        .try_flatten()
        .try_filter(|part| std::future::ready(!done.contains_key(&part.part_number)))
        .take_while(|_| std::future::ready(failure.borrow().is_none()))
        .map(|part: Result<PartUrl, Failure>| async move { put_part(shipment, part?).await })
        .buffer_unordered(PARTS_AT_ONCE);
    futures::pin_mut!(arrived);
    while let Some(part) = arrived.next().await {
        match part {
            Ok(part) => state.add(part)?,
            Err(error) => _ = failure.borrow_mut().get_or_insert(error),
        }
    }
    failure.take().map_or(Ok(()), Err)
}

/// All parts in their order.
fn completion(
    multipart: &MultipartUpload,
    parts: &BTreeMap<u32, String>,
) -> Result<CompleteUploadRequest, Failure> {
    let (found, expected) = (parts.len(), multipart.part_count as usize);
    if found != expected {
        let error = anyhow!("the API gave addresses for {found} of {expected} parts");
        return Err(error.into());
    }
    let part = |(number, etag): (&u32, &String)| CompletedPart {
        part_number: *number,
        etag: etag.clone(),
    };
    Ok(CompleteUploadRequest {
        upload_id: multipart.upload_id.clone(),
        parts: parts.iter().map(part).collect(),
    })
}

async fn put_part(shipment: Shipment<'_>, part: PartUrl) -> Result<CompletedPart, Failure> {
    let Shipment {
        client, begun, bar, ..
    } = shipment;
    let (number, multipart) = (part.part_number, &begun.multipart);
    let stretch = part_stretch(shipment.source, multipart.part_size_bytes, number)?;
    let headers = BTreeMap::new();
    let sent = match put(client.plain(), &part.url, &headers, &stretch, bar).await {
        // On a slow line an address may expire before its turn: a fresh one, once.
        Err(TransferError::Refused(_)) => {
            let page = client
                .part_urls(&begun.video_id, &multipart.upload_id, number)
                .await?;
            let fresh = page
                .parts
                .into_iter()
                .find(|fresh| fresh.part_number == number);
            let fresh = fresh.with_context(|| format!("no new address for part {number}"))?;
            put(client.plain(), &fresh.url, &headers, &stretch, bar).await
        }
        sent => sent,
    };
    let etag = match sent {
        Ok(etag) => {
            etag.with_context(|| format!("the storage gave no entity tag for part {number}"))?
        }
        Err(TransferError::Unknown(error)) => {
            return Err(Failure::Refused(404, format!("{error:#}")));
        }
        Err(error) => {
            let error = anyhow::Error::from(error).context(format!("upload part {number}"));
            return Err(error.into());
        }
    };
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
            modified: None,
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
