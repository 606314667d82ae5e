//! A copy that can be sought, of a file that can't.

use crate::{Dependencies, failure::named};
use contracts::{ErrorName, limits::MAX_REMUX_BYTES};
use lambda_kit::TaskError;
use media::{MediaInfo, MediaLimits, RangeServer, remux};
use std::time::Duration;

/// Below the function's own limit, so that the reason is told.
const TIME_LIMIT: Duration = Duration::from_secs(780);

/// Copies the streams and stores the copy; answers its description and size in bytes.
pub(crate) async fn copy(
    deps: &Dependencies,
    server: &RangeServer,
    info: &MediaInfo,
    source_bytes: u64,
    remuxed_key: &str,
) -> Result<(MediaInfo, u64), TaskError> {
    if source_bytes > MAX_REMUX_BYTES {
        return Err(TaskError::new(
            ErrorName::SourceTooLarge,
            format!(
                "the file can't be sought and has {source_bytes} bytes, more than the {MAX_REMUX_BYTES} that are copied into one that can: remux it before uploading"
            ),
        ));
    }
    let tool = |error| TaskError::caused(ErrorName::ToolFailed, error);
    let work_dir = tempfile::tempdir().map_err(tool)?;
    let (path, copied) = remux(
        &deps.ffmpeg,
        server,
        info,
        &MediaLimits::default(),
        work_dir.path(),
        TIME_LIMIT,
    )
    .await
    .map_err(named)?;
    let size_bytes = tokio::fs::metadata(&path).await.map_err(tool)?.len();
    deps.store
        .write_file(
            &deps.config.derived_bucket,
            remuxed_key,
            "video/x-matroska",
            &path,
        )
        .await?;
    Ok((copied, size_bytes))
}
