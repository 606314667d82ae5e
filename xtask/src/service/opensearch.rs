//! How OpenSearch is started.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::Result;

use crate::aws;
use crate::checkout::Checkout;
use crate::install::java::Java;
use crate::ports;
use crate::process_scan::MARK_VARIABLE;

const HEAP: &str = "512m";
const SETTINGS: &str = include_str!("../../opensearch/opensearch.yml");
const LOGGING: &str = include_str!("../../opensearch/log4j2.properties");
/// Shows files as owned by the same user, but that user by another number.
const OTHER_USER: [&str; 4] = ["unshare", "--user", "--map-user=1000", "--map-group=1000"];
/// What the distribution's own launcher gives to every Java.
const JAVA_OPTIONS: [&str; 19] = [
    "-XX:+UseSerialGC",
    "-Xss1m",
    "-Xshare:auto",
    "--enable-native-access=ALL-UNNAMED",
    "-javaagent:agent/opensearch-agent.jar",
    "--add-opens=java.base/java.nio=ALL-UNNAMED",
    "-Dorg.apache.lucene.store.MMapDirectory.sharedArenaMaxPermits=1",
    "-Djava.awt.headless=true",
    "-Dfile.encoding=UTF-8",
    "-Djna.nosys=true",
    "-Djava.locale.providers=SPI,CLDR",
    "-Dio.netty.noUnsafe=true",
    "-Dio.netty.noKeySetOptimization=true",
    "-Dio.netty.recycler.maxCapacityPerThread=0",
    "-Dio.netty.allocator.numDirectArenas=0",
    "-Dlog4j.shutdownHookEnabled=false",
    "-Dlog4j2.disable.jmx=true",
    "-Dopensearch.distribution.type=zip",
    "-Dopensearch.bundled_jdk=false",
];

/// The command that runs OpenSearch on `port` until it is stopped.
///
/// # Errors
/// When its folders can't be made.
pub fn command(checkout: &Checkout, home: &Path, java: &Java, port: u16) -> Result<Command> {
    let folder = checkout.home.join("opensearch");
    let conf = folder.join("conf");
    for needed in ["conf", "data", "logs", "tmp"] {
        fs::create_dir_all(folder.join(needed))?;
    }
    fs::write(conf.join("opensearch.yml"), SETTINGS)?;
    fs::write(conf.join("log4j2.properties"), LOGGING)?;

    let identity = Identity::of_this_user();
    let mut command = identity.command(&java.program);
    command
        .args([format!("-Xms{HEAP}"), format!("-Xmx{HEAP}")])
        .args(JAVA_OPTIONS)
        .args(identity.java_options());
    if java.is_full {
        command.arg("--add-modules=jdk.incubator.vector");
    }
    command
        .arg(format!("-Djava.io.tmpdir={}", folder.join("tmp").display()))
        .arg(format!("-Djna.tmpdir={}", folder.join("tmp").display()))
        .arg(format!("-Dopensearch.path.home={}", home.display()))
        .arg(format!("-Dopensearch.path.conf={}", conf.display()))
        .arg("-cp")
        .arg(class_path(home, java))
        .arg("org.opensearch.bootstrap.OpenSearch")
        // The agent's path above is relative.
        .current_dir(home)
        .env(MARK_VARIABLE, &checkout.home)
        .env("OPENSEARCH_HTTP_PORT", port.to_string())
        .env(
            "OPENSEARCH_TRANSPORT_PORT",
            transport_port(port).to_string(),
        )
        .env("OPENSEARCH_DATA", folder.join("data"))
        .env("OPENSEARCH_LOGS", folder.join("logs"))
        .env_remove("JAVA_TOOL_OPTIONS");
    Ok(command)
}

/// Whether it answers on `port` and can serve its indices.
pub fn is_ready(port: u16) -> bool {
    let url = format!("http://127.0.0.1:{port}/_cluster/health?wait_for_status=yellow&timeout=1s");
    aws::get_status(&url) == Some(200)
}

fn class_path(home: &Path, java: &Java) -> String {
    let mut folders: Vec<PathBuf> = vec![home.join("lib")];
    if !java.is_full {
        // A trimmed Java lacks the word breaker that creating any index needs.
        folders.push(home.join("lib-icu"));
    }
    folders
        .iter()
        .map(|folder| format!("{}/*", folder.display()))
        .collect::<Vec<_>>()
        .join(":")
}

/// The port between nodes, which nobody uses here: 100 above, or one that is free now.
fn transport_port(port: u16) -> u16 {
    let usual = port.checked_add(100);
    usual.filter(|port| ports::is_free(*port)).unwrap_or(0)
}

/// OpenSearch refuses to run as root. In a user namespace it sees another number; where that is forbidden, the check
/// is kept from finding the number out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Identity {
    Ordinary,
    RootInNamespace,
    RootUnseen,
}

impl Identity {
    fn of_this_user() -> Self {
        let is_root = fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0);
        if !is_root {
            return Self::Ordinary;
        }
        let mut trial = Command::new(OTHER_USER[0]);
        trial
            .args(&OTHER_USER[1..])
            .arg("true")
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        match trial.status() {
            Ok(status) if status.success() => Self::RootInNamespace,
            _ => Self::RootUnseen,
        }
    }

    fn command(self, java: &Path) -> Command {
        if self == Self::RootInNamespace {
            let mut command = Command::new(OTHER_USER[0]);
            command.args(&OTHER_USER[1..]).arg(java);
            return command;
        }
        Command::new(java)
    }

    fn java_options(self) -> &'static [&'static str] {
        match self {
            Self::RootUnseen => &[
                "-Djna.nounpack=true",
                "-Djna.boot.library.path=/nonexistent",
            ],
            _ => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trimmed_java_gets_the_word_breaker() {
        let java = |is_full| Java {
            program: "java".into(),
            version: "25".to_owned(),
            is_full,
        };
        assert_eq!(class_path(Path::new("/os"), &java(true)), "/os/lib/*");
        assert_eq!(
            class_path(Path::new("/os"), &java(false)),
            "/os/lib/*:/os/lib-icu/*"
        );
    }
}
