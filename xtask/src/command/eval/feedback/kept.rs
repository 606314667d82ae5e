//! What was recorded in the derived bucket of the local stack.

use anyhow::{Context, Result};
use contracts::{Workspace, feedback::Opened, keys};

use crate::account::WORKSPACE;
use crate::aws::LocalAws;
use crate::checkout::Checkout;
use crate::deploy::outputs::Outputs;
use crate::service::Service;

/// Everything that the local user opened.
///
/// # Errors
/// When the stack does not run, or a record can't be read.
pub fn read(checkout: &Checkout) -> Result<Vec<Opened>> {
    let running = Service::MiniStack.pid_file(checkout).running();
    let port = running
        .context("the local stack does not run: cargo xtask up")?
        .port;
    let aws = LocalAws::on(port);
    let outputs = Outputs::read(&checkout.home)?;
    let bucket = outputs.get("DerivedBucket")?;
    let prefix = keys::feedback_of_workspace(&Workspace::from(WORKSPACE));
    let mut opened = Vec::new();
    let mut last = String::new();
    loop {
        let list = format!("{bucket}?list-type=2&prefix={prefix}&start-after={last}");
        let found = keys_in(&aws.read_object(&list)?);
        let Some(end) = found.last() else {
            return Ok(opened);
        };
        last.clone_from(end);
        for key in &found {
            let text = aws.read_object(&format!("{bucket}/{key}"))?;
            let one = serde_json::from_str(&text);
            opened.push(one.with_context(|| format!("{key} is no moment that was opened"))?);
        }
    }
}

/// The keys in a list as S3 answers it. None of ours holds what XML writes otherwise.
fn keys_in(list: &str) -> Vec<String> {
    let keys = list.split("<Key>").skip(1);
    keys.filter_map(|rest| rest.split_once("</Key>"))
        .map(|(key, _)| key.to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_from_a_list() {
        let list = "<ListBucketResult><KeyCount>2</KeyCount><Contents><Key>feedback/local/v/1.json</Key><Size>9</Size></Contents>\
                    <Contents><Key>feedback/local/v/2.json</Key></Contents></ListBucketResult>";
        assert_eq!(
            keys_in(list),
            ["feedback/local/v/1.json", "feedback/local/v/2.json"]
        );
        assert!(keys_in("<ListBucketResult></ListBucketResult>").is_empty());
    }
}
