//! Files of this machine: which can be uploaded, and what lies beside them.

use std::{
    fs::Metadata,
    path::{Path, PathBuf},
    time::SystemTime,
};

use anyhow::anyhow;
use contracts::limits::MAX_SUBTITLE_BYTES;

use crate::{failure::Failure, output::Output, transfer::Stretch};

/// The type of what is none of the accepted containers by its name.
pub const OTHER: &str = "application/octet-stream";

/// A file that exists and has a size that is accepted.
pub struct LocalFile {
    /// Where it lies.
    pub path: PathBuf,
    /// Its size.
    pub size_bytes: u64,
    /// When it was last changed, where the file system knows.
    pub modified: Option<SystemTime>,
}

impl LocalFile {
    /// Looks at a file before anything is made.
    ///
    /// # Errors
    /// Wrong use when there is no such file or it is larger than the limit. What is in it, be it nothing, is for
    /// the API to judge.
    pub fn check(path: &Path, limit_bytes: u64) -> Result<Self, Failure> {
        let name = path.display();
        let refuse = |why: String| Err(Failure::WrongUse(format!("{name}: {why}")));
        match std::fs::metadata(path) {
            Err(error) => refuse(error.to_string()),
            Ok(facts) if !facts.is_file() => refuse("not a file".to_owned()),
            Ok(facts) if facts.len() > limit_bytes => refuse(format!(
                "{} bytes, more than the {limit_bytes} bytes that are accepted",
                facts.len()
            )),
            Ok(facts) => Ok(Self {
                path: path.to_owned(),
                size_bytes: facts.len(),
                modified: facts.modified().ok(),
            }),
        }
    }

    /// Looks at a subtitle file; one without bytes has no words, so that uploading it can only be a mistake.
    ///
    /// # Errors
    /// As [`Self::check`], and where the file is empty.
    pub fn check_subtitles(path: &Path) -> Result<Self, Failure> {
        let file = Self::check(path, MAX_SUBTITLE_BYTES)?;
        if file.size_bytes == 0 {
            let message = format!("{}: the subtitle file is empty", path.display());
            return Err(Failure::WrongUse(message));
        }
        Ok(file)
    }

    /// Looks at it again, after it was read.
    ///
    /// # Errors
    /// Failed when it is no longer as it was. One that can't be looked at may come back as it was, and is let pass.
    pub fn check_unchanged(&self) -> Result<(), Failure> {
        let is_other = |facts: Metadata| {
            facts.len() != self.size_bytes || facts.modified().ok() != self.modified
        };
        if std::fs::metadata(&self.path).is_ok_and(is_other) {
            let name = self.path.display();
            let error = anyhow!("{name} changed while it was uploaded: run the command again");
            return Err(error.into());
        }
        Ok(())
    }

    /// All of it.
    pub fn whole(&self) -> Stretch {
        Stretch {
            path: self.path.clone(),
            offset_bytes: 0,
            length_bytes: self.size_bytes,
        }
    }
}

/// FILE.srt or FILE.vtt beside FILE.mp4. What can't be used is told and left out: nobody asked for it.
pub fn subtitles_beside(path: &Path, output: &Output) -> Option<LocalFile> {
    let beside = path_beside(path)?;
    match LocalFile::check_subtitles(&beside) {
        Ok(file) => {
            output.note(&format!("with the subtitles of {}", beside.display()));
            Some(file)
        }
        Err(failure) => {
            output.note(&format!("without the subtitles beside it: {failure}"));
            None
        }
    }
}

/// Where subtitles lie beside a file, if they do.
pub fn path_beside(path: &Path) -> Option<PathBuf> {
    let candidates = ["srt", "vtt"].map(|extension| path.with_extension(extension));
    candidates
        .into_iter()
        .find(|beside| beside != path && beside.is_file())
}

/// By the file's ending; what the bytes are is found out when they have arrived.
pub fn content_type(path: &Path) -> &'static str {
    let extension = path
        .extension()
        .and_then(|text| text.to_str())
        .unwrap_or_default()
        .to_ascii_lowercase();
    match extension.as_str() {
        "mp4" | "m4v" => "video/mp4",
        "mov" | "qt" => "video/quicktime",
        "webm" => "video/webm",
        "mkv" => "video/x-matroska",
        "ts" | "m2ts" | "mts" => "video/mp2t",
        "avi" => "video/x-msvideo",
        "flv" => "video/x-flv",
        "m4a" => "audio/mp4",
        "mp3" => "audio/mpeg",
        "aac" => "audio/aac",
        "flac" => "audio/flac",
        "wav" => "audio/wav",
        "ogg" | "oga" | "opus" => "audio/ogg",
        "ogv" => "video/ogg",
        "3gp" | "3g2" => "video/3gpp",
        _ => OTHER,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_refused_by_name_and_reason() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("large"), "12345").unwrap();
        for (name, reason) in [
            ("missing", "No such file"),
            ("large", "more than the 4 bytes"),
            (".", "not a file"),
        ] {
            let Err(Failure::WrongUse(message)) = LocalFile::check(&path(name), 4) else {
                panic!("{name} was accepted");
            };
            assert!(message.contains(reason), "{message}");
        }
    }

    #[test]
    fn a_video_named_as_subtitles_are_is_not_its_own_subtitles() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.srt");
        std::fs::write(&path, "x").unwrap();
        assert!(subtitles_beside(&path, &Output::new(false)).is_none());
        std::fs::write(folder.path().join("b.vtt"), "").unwrap();
        assert!(subtitles_beside(&folder.path().join("b.mp4"), &Output::new(false)).is_none());
        let found = subtitles_beside(&folder.path().join("a.mp4"), &Output::new(false));
        assert_eq!(found.unwrap().path, path);
    }
}
