//! How MiniStack, the local AWS, is started.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::aws;
use crate::checkout::Checkout;
use crate::process_scan::MARK_VARIABLE;
use crate::state::write_whole;

/// The command that runs MiniStack on `port` until it is stopped.
///
/// # Errors
/// When its folders can't be made.
pub fn command(
    checkout: &Checkout,
    python: &Path,
    port: u16,
    opensearch_port: u16,
) -> Result<Command> {
    let folder = checkout.home.join("ministack");
    let (state, objects, temporary) = (folder.join("state"), folder.join("s3"), folder.join("tmp"));
    for needed in [&state, &objects, &temporary] {
        fs::create_dir_all(needed)?;
    }
    move_queues(&state, port)?;
    let mut command = Command::new(python);
    command.args(["-m", "ministack"]).current_dir(&folder);
    // The functions run as its children and inherit all of this, the mark and the endpoint above all.
    command
        .envs(aws::environment(port))
        .env(MARK_VARIABLE, &checkout.home);
    aws::remove_foreign_variables(&mut command);
    command
        .env("GATEWAY_PORT", port.to_string())
        .env("BIND_HOST", "127.0.0.1")
        .env("MINISTACK_HOST", "127.0.0.1")
        .env(
            "MINISTACK_OPENSEARCH_ENDPOINT",
            format!("127.0.0.1:{opensearch_port}"),
        )
        .env("IOT_MTLS_ENABLED", "0")
        .env("SFTP_ENABLED", "0")
        .env("PERSIST_STATE", "1")
        .env("STATE_DIR", state)
        .env("S3_PERSIST", "1")
        .env("S3_DATA_DIR", objects)
        .env("TMPDIR", temporary)
        .env("PYTHONUNBUFFERED", "1");
    Ok(command)
}

/// Queues are kept under their addresses. Where those are of another port (the former one is in use by now), MiniStack
/// finds no queue, and nobody would hear of an upload.
fn move_queues(state: &Path, port: u16) -> Result<()> {
    let path = state.join("sqs.json");
    if !path.exists() {
        return Ok(());
    }
    let text = fs::read_to_string(&path)?;
    let moved = moved(&text, port);
    if moved != text {
        write_whole(&path, &moved)?;
    }
    Ok(())
}

fn moved(text: &str, port: u16) -> String {
    let host = aws::endpoint(0);
    let host = host.trim_end_matches('0');
    let mut parts = text.split(host);
    let mut moved = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        moved.push_str(&aws::endpoint(port));
        moved.push_str(part.trim_start_matches(|letter: char| letter.is_ascii_digit()));
    }
    moved
}

/// Whether it answers on `port`.
pub fn is_ready(port: u16) -> bool {
    aws::get_status(&format!("{}/_ministack/ready", aws::endpoint(port))) == Some(200)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queues_move_to_the_port_that_is_used_now() {
        let folder = tempfile::tempdir().unwrap();
        move_queues(folder.path(), 4567).unwrap();
        let path = folder.path().join("sqs.json");
        let queues = |port: u16| {
            format!(
                r#"{{"a 'http://127.0.0.1:{port}/0/q'": {{"url": "http://127.0.0.1:{port}/0/q", "n": 4566}}}}"#
            )
        };
        fs::write(&path, queues(4566)).unwrap();
        move_queues(folder.path(), 34_567).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), queues(34_567));
    }
}
