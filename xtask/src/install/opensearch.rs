//! OpenSearch with its k-NN plugin.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::cache::Cache;
use crate::install::{maven, unpack};

/// Version in `pins/opensearch.pom.xml`.
pub const VERSION: &str = "3.5.0";
const POM: &str = include_str!("../../pins/opensearch.pom.xml");
/// Parts of the distribution that a local node never loads.
const SKIPPED: [&str; 5] = [
    "/modules/ingest-geoip/",
    "/opensearch-dashboards/",
    "/lib/tools/",
    ".exe",
    ".bat",
];

/// Installs OpenSearch; gives its home, and whether it was installed now.
///
/// # Errors
/// When Maven fails or a file differs from its checksum.
pub fn install(cache: &Cache, log: &Path) -> Result<(PathBuf, bool)> {
    let name = format!("opensearch-{VERSION}");
    let installed = cache.install(&name, |folder| {
        let downloads = folder.join("downloads");
        maven::fetch(POM, &downloads, log)?;
        unpack::unpack(&maven::file(&downloads, "opensearch")?, folder, in_home)?;
        let plugin = folder.join("plugins/opensearch-knn");
        unpack::unpack(
            &maven::file(&downloads, "opensearch-knn")?,
            &plugin,
            |entry| Some(PathBuf::from(entry)),
        )?;
        fs::create_dir_all(folder.join("lib-icu"))?;
        for library in ["icu4j", "icu4j-localespi"] {
            let file = maven::file(&downloads, library)?;
            fs::rename(&file, folder.join("lib-icu").join(format!("{library}.jar")))?;
        }
        fs::remove_dir_all(downloads)?;
        Ok(())
    })?;
    Ok((cache.entry(&name), installed))
}

/// An entry's place in the home: the archive's top folder is left out.
fn in_home(entry: &str) -> Option<PathBuf> {
    if SKIPPED.iter().any(|part| entry.contains(part)) {
        return None;
    }
    entry.split_once('/').map(|(_, rest)| PathBuf::from(rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_top_folder_and_what_is_not_needed_are_left_out() {
        assert_eq!(
            in_home("opensearch-3.5.0/lib/a.jar"),
            Some(PathBuf::from("lib/a.jar"))
        );
        assert_eq!(in_home("opensearch-3.5.0/modules/ingest-geoip/a.jar"), None);
        assert_eq!(in_home("opensearch-3.5.0/bin/opensearch.bat"), None);
    }
}
