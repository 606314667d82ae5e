//! What is remembered of an upload in parts, so that the same command goes on where an earlier run was interrupted.
//!
//! A file of JSON lines: the upload, then each finished part as it is finished. It is only ever added to, so that a
//! run that is killed loses the parts under way and nothing else.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{Read, Write},
    path::{Path, PathBuf},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use anyhow::Context;
use contracts::{
    VideoId,
    api::{CompletedPart, MultipartUpload},
};
use serde::{Deserialize, Serialize};

use crate::{
    arguments::Labels,
    failure::Failure,
    local_file::LocalFile,
    state_folder::{held, name_of, state_file},
};

/// Storage forgets unfinished uploads sooner than this.
const KEPT: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// An upload that was begun.
#[derive(Clone, Serialize, Deserialize)]
pub struct Begun {
    /// The video that it becomes.
    pub video_id: VideoId,
    /// Its parts.
    pub multipart: MultipartUpload,
}

/// What makes two commands the same upload.
pub struct Identity<'a> {
    /// Where to.
    pub api_url: &'a str,
    /// What.
    pub source: &'a LocalFile,
    /// With which subtitles.
    pub subtitles: Option<&'a LocalFile>,
    /// As what.
    pub labels: &'a Labels,
}

impl Identity<'_> {
    fn name(&self) -> String {
        name_of(&[
            self.api_url.as_bytes(),
            &facts(self.source),
            &self.subtitles.map(facts).unwrap_or_default(),
            format!("{:?}", self.labels).as_bytes(),
        ])
    }
}

/// Where a file lies, however it was named, and what changes with its content.
fn facts(file: &LocalFile) -> Vec<u8> {
    let path = std::fs::canonicalize(&file.path).unwrap_or_else(|_| file.path.clone());
    let since = |time: SystemTime| time.duration_since(UNIX_EPOCH).ok();
    let modified_ns = file.modified.and_then(since).unwrap_or_default().as_nanos();
    [
        path.as_os_str().as_encoded_bytes(),
        &file.size_bytes.to_be_bytes(),
        &modified_ns.to_be_bytes(),
    ]
    .concat()
}

/// The memory of one upload, held against other runs. Nothing stays of it unless parts were begun.
#[derive(Default)]
pub struct UploadState {
    file: Option<(PathBuf, File)>,
    begun: Option<Begun>,
    parts: BTreeMap<u32, String>,
}

impl UploadState {
    /// Recalls what is known of an upload. Where there is no place to remember things the upload works without.
    ///
    /// # Errors
    /// Wrong use when another run uploads the same.
    pub fn recall(identity: &Identity) -> Result<Self, Failure> {
        let Ok(path) = state_file("uploads", &format!("{}.jsonl", identity.name())) else {
            return Ok(Self::default());
        };
        path.parent().into_iter().for_each(remove_old);
        let Some(mut file) = held(&path)? else {
            let name = identity.source.path.display();
            let message = format!("{name} is being uploaded by another run of this command");
            return Err(Failure::WrongUse(message));
        };
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)
            .with_context(|| format!("read {}", path.display()))?;
        let (begun, parts) = parsed(&String::from_utf8_lossy(&bytes));
        let state = Self {
            file: Some((path, file)),
            begun,
            parts,
        };
        if state.begun.is_none() {
            state.write_over("")?;
        }
        Ok(state)
    }

    /// The upload that was interrupted, if there is one.
    pub fn begun(&self) -> Option<&Begun> {
        self.begun.as_ref()
    }

    /// Whether a later run can go on with it.
    pub fn is_kept(&self) -> bool {
        self.begun.is_some() && self.file.is_some()
    }

    /// Entity tags of finished parts.
    pub fn parts(&self) -> &BTreeMap<u32, String> {
        &self.parts
    }

    /// An upload begins, and what was known before is forgotten.
    pub fn begin(&mut self, begun: Begun) -> Result<(), Failure> {
        self.parts.clear();
        self.write_over(&json_line(&begun)?)?;
        self.begun = Some(begun);
        Ok(())
    }

    /// A part has arrived.
    pub fn add(&mut self, part: CompletedPart) -> Result<(), Failure> {
        if let Some((path, file)) = &mut self.file {
            let written = file.write_all(json_line(&part)?.as_bytes());
            written.with_context(|| format!("write {}", path.display()))?;
        }
        self.parts.insert(part.part_number, part.etag);
        Ok(())
    }

    /// The upload is done, or can't be gone on with.
    pub fn forget(&mut self) {
        self.begun = None;
        self.parts.clear();
    }

    fn write_over(&self, text: &str) -> Result<(), Failure> {
        if let Some((path, file)) = &self.file {
            let mut file = file;
            let written = file
                .set_len(0)
                .and_then(|()| file.write_all(text.as_bytes()));
            written.with_context(|| format!("write {}", path.display()))?;
        }
        Ok(())
    }
}

impl Drop for UploadState {
    fn drop(&mut self) {
        if let (None, Some((path, _))) = (&self.begun, &self.file) {
            // What stays is empty, and goes with what is old.
            _ = std::fs::remove_file(path);
        }
    }
}

fn json_line(document: &impl Serialize) -> anyhow::Result<String> {
    Ok(serde_json::to_string(document)? + "\n")
}

/// A last line that was cut off is left out.
fn parsed(text: &str) -> (Option<Begun>, BTreeMap<u32, String>) {
    let mut lines = text
        .split_inclusive('\n')
        .filter(|line| line.ends_with('\n'));
    let begun = lines
        .next()
        .and_then(|line| serde_json::from_str(line).ok());
    let parts = lines.map_while(|line| serde_json::from_str::<CompletedPart>(line).ok());
    let parts = parts.map(|part| (part.part_number, part.etag));
    (begun, parts.collect())
}

/// Uploads that nobody went on with.
fn remove_old(folder: &Path) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let modified = entry.metadata().and_then(|facts| facts.modified());
        let age = modified.ok().and_then(|time| time.elapsed().ok());
        if age.is_some_and(|age| age > KEPT) {
            _ = std::fs::remove_file(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn begun() -> Begun {
        Begun {
            video_id: VideoId::from("a"),
            multipart: MultipartUpload {
                upload_id: "u".to_owned(),
                part_size_bytes: 5,
                part_count: 3,
            },
        }
    }

    #[test]
    fn a_line_that_was_cut_off_is_left_out() {
        let text = json_line(&begun()).unwrap() + "{\"part_number\":2,\"etag\":\"e\"}\n{\"part_nu";
        let (found, parts) = parsed(&text);
        assert_eq!(found.unwrap().multipart, begun().multipart);
        assert_eq!(parts, BTreeMap::from([(2, "e".to_owned())]));
        assert!(parsed("{\"video_id\":\"a\"").0.is_none());
        assert!(parsed("").0.is_none());
    }

    #[test]
    fn another_file_or_another_title_is_another_upload() {
        let file = |size_bytes| LocalFile {
            path: PathBuf::from("a"),
            size_bytes,
            modified: None,
        };
        let (one, other) = (file(1), file(2));
        let labels = |title: &str| Labels {
            title: Some(title.to_owned()),
            tags: Vec::new(),
            language: None,
        };
        let (plain, titled) = (labels("a"), labels("b"));
        let name = |source, labels| {
            let identity = Identity {
                api_url: "http://x",
                source,
                subtitles: None,
                labels,
            };
            identity.name()
        };
        assert_eq!(name(&one, &plain), name(&one, &plain));
        assert_ne!(name(&one, &plain), name(&other, &plain));
        assert_ne!(name(&one, &plain), name(&one, &titled));
    }
}
