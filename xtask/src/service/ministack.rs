//! How MiniStack, the local AWS, is started.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::aws;
use crate::checkout::Checkout;
use crate::process_scan::MARK_VARIABLE;

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
    let mut command = Command::new(python);
    command.args(["-m", "ministack"]).current_dir(&folder);
    // The functions run as its children and inherit all of this, the mark and the endpoint above all.
    command
        .envs(aws::environment(port))
        .env(MARK_VARIABLE, &checkout.home);
    for foreign in aws::FOREIGN_VARIABLES {
        command.env_remove(foreign);
    }
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

/// Whether it answers on `port`.
pub fn is_ready(port: u16) -> bool {
    aws::get_status(&format!("{}/_ministack/ready", aws::endpoint(port))) == Some(200)
}
