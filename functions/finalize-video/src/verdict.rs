//! What failed chunks mean for the video, decided without I/O.

use contracts::{
    ErrorName,
    artifacts::{Warning, WarningName, clock_time},
    errors::is_permanent,
    tasks::{Chunk, ChunkOutcome},
};
use lambda_kit::TaskError;

/// A warning for each stretch that is missing from the index.
///
/// # Errors
/// [`ErrorName::ChunksUnfinished`] where a failure may pass by itself: finished chunks are kept, and
/// a retry computes only the others. Where every chunk failed for good, [`ErrorName::AllChunksFailed`] if the file is at
/// fault for all of it, and else the first name that says what is: what was computed is kept then, too.
pub(crate) fn missing_stretches(
    outcomes: &[ChunkOutcome],
    plan: &[Chunk],
) -> Result<Vec<Warning>, TaskError> {
    let failed: Vec<&ChunkOutcome> = outcomes
        .iter()
        .filter(|outcome| outcome.error.is_some())
        .collect();
    let describe = |outcome: &ChunkOutcome| {
        format!(
            "{} in {}",
            outcome.error.as_deref().unwrap_or_default(),
            outcome.state.as_deref().unwrap_or_default()
        )
    };
    let may_pass =
        |outcome: &&&ChunkOutcome| !is_permanent(outcome.error.as_deref().unwrap_or_default());
    if let Some(first) = failed.iter().find(may_pass) {
        let count = failed.iter().filter(may_pass).count();
        return Err(TaskError::new(
            ErrorName::ChunksUnfinished,
            format!(
                "{count} of {} chunks failed for reasons that may pass, the first with {}; retry computes only those",
                outcomes.len(),
                describe(first)
            ),
        ));
    }
    if let Some(first) = failed.first().filter(|_| failed.len() == outcomes.len()) {
        let not_by_the_file = failed.iter().find_map(|outcome| {
            let name: ErrorName = outcome.error.as_deref()?.parse().ok()?;
            (!name.condemns_input()).then_some((name, outcome))
        });
        let (name, outcome) = not_by_the_file.unwrap_or((ErrorName::AllChunksFailed, first));
        let detail = describe(outcome);
        return Err(TaskError::new(
            name,
            format!("nothing of the video can be indexed: a chunk failed with {detail}"),
        ));
    }
    Ok(failed
        .into_iter()
        .map(|outcome| {
            let chunk = plan.iter().find(|chunk| chunk.index == outcome.chunk);
            let stretch = chunk.map_or_else(
                || "a stretch of the video".to_owned(),
                |chunk| {
                    let (from, to) = (clock_time(chunk.start_ms), clock_time(chunk.end_ms));
                    format!("everything between {from} and {to}")
                },
            );
            Warning {
                name: WarningName::StretchMissing,
                message: format!("{stretch} is missing: {}", describe(outcome)),
                start_ms: chunk.map(|chunk| chunk.start_ms),
                end_ms: chunk.map(|chunk| chunk.end_ms),
            }
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(chunk: u32, error: Option<&str>) -> ChunkOutcome {
        ChunkOutcome {
            chunk,
            documents: 1,
            channels: Vec::new(),
            state: error.map(|_| "ExtractChunk".into()),
            error: error.map(str::to_owned),
        }
    }

    fn check(errors: &[Option<&str>], expected: Result<usize, ErrorName>) {
        let outcomes: Vec<_> = (0..)
            .zip(errors)
            .map(|(chunk, error)| outcome(chunk, *error))
            .collect();
        let plan = [Chunk {
            index: 1,
            start_ms: 300_000,
            end_ms: 600_000,
        }];
        let result = missing_stretches(&outcomes, &plan);
        assert_eq!(
            result
                .map(|warnings| warnings.len())
                .map_err(|error| error.name),
            expected
        );
    }

    #[test]
    fn permanent_failures_of_some_chunks_are_warnings() {
        check(&[None, None], Ok(0));
        check(&[None, Some("ChunkDamaged")], Ok(1));
    }

    #[test]
    fn what_may_pass_fails_the_video_for_now() {
        check(
            &[None, Some("StorageUnavailable")],
            Err(ErrorName::ChunksUnfinished),
        );
        check(
            &[Some("ChunkDamaged"), Some("Lambda.Unknown")],
            Err(ErrorName::ChunksUnfinished),
        );
        check(
            &[None, Some("States.Timeout")],
            Err(ErrorName::ChunksUnfinished),
        );
    }

    #[test]
    fn permanent_failures_of_all_chunks_fail_it_for_good() {
        check(
            &[Some("ChunkDamaged"), Some("ChunkDamaged")],
            Err(ErrorName::AllChunksFailed),
        );
    }

    #[test]
    fn a_file_is_not_condemned_for_what_is_not_its_fault() {
        check(&[Some("Incompatible")], Err(ErrorName::Incompatible));
        check(
            &[Some("ChunkDamaged"), Some("InternalDefect")],
            Err(ErrorName::InternalDefect),
        );
    }

    #[test]
    fn a_missing_stretch_names_its_times() {
        let outcomes = [outcome(0, None), outcome(1, Some("ChunkDamaged"))];
        let plan = [Chunk {
            index: 1,
            start_ms: 300_000,
            end_ms: 600_000,
        }];
        let warnings = missing_stretches(&outcomes, &plan).unwrap();
        assert_eq!(
            (warnings[0].start_ms, warnings[0].end_ms),
            (Some(300_000), Some(600_000))
        );
        assert_eq!(
            warnings[0].message,
            "everything between 0:05:00 and 0:10:00 is missing: ChunkDamaged in ExtractChunk"
        );
    }
}
