//! What an operator may ask for, without I/O.

use contracts::reindex::{ReindexAction, ReindexRequest};
use lambda_kit::http::ProblemResponse;
use models::{manifest, model_named};

/// Checks a request as far as the deployment need not be asked.
pub(crate) fn check(request: &ReindexRequest) -> Result<(), ProblemResponse> {
    let is_start = request.action == ReindexAction::Start;
    let says_more = request.model.is_some() || request.dry_run || request.min_recall.is_some();
    if says_more && !is_start {
        return refuse("model, dry_run and min_recall go with the action start".to_owned());
    }
    if let Some(name) = &request.model
        && model_named(name).is_none_or(|model| model.dimensions().is_none())
    {
        let known = manifest()
            .iter()
            .filter(|model| model.dimensions().is_some());
        let known: Vec<&str> = known.map(|model| model.name.as_str()).collect();
        return refuse(format!(
            "model is not one that an index can hold vectors of: {}",
            known.join(", ")
        ));
    }
    match request.min_recall {
        Some(least) if !(0.0..=1.0).contains(&least) => {
            refuse(format!("min_recall is {least}, but 0 to 1 are allowed"))
        }
        _ => Ok(()),
    }
}

fn refuse(detail: String) -> Result<(), ProblemResponse> {
    Err(ProblemResponse::bad_request(detail))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_refused(action: ReindexAction, change: impl FnOnce(&mut ReindexRequest), part: &str) {
        let mut request = ReindexRequest {
            action,
            model: None,
            dry_run: false,
            min_recall: None,
        };
        check(&request).unwrap();
        change(&mut request);
        let problem = check(&request).unwrap_err();
        assert!(problem.detail.contains(part), "{}", problem.detail);
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        use ReindexAction::{Abort, Start, Switch};
        let model = |name: &str| Some(name.to_owned());
        check_refused(Start, |r| r.model = model("parrot"), "bge-small-en-v1.5");
        check_refused(Start, |r| r.model = model("whisper-base"), "model is not");
        check_refused(Start, |r| r.min_recall = Some(1.5), "0 to 1");
        check_refused(Start, |r| r.min_recall = Some(f64::NAN), "0 to 1");
        check_refused(Switch, |r| r.dry_run = true, "action start");
        check_refused(
            Abort,
            |r| r.model = model("bge-small-en-v1.5"),
            "action start",
        );
    }

    #[test]
    fn models_of_texts_and_pictures_are_taken() {
        for name in ["bge-small-en-v1.5", "visual-bridge"] {
            let request = ReindexRequest {
                action: ReindexAction::Start,
                model: Some(name.to_owned()),
                dry_run: true,
                min_recall: Some(0.9),
            };
            check(&request).unwrap();
        }
    }
}
