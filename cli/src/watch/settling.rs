//! When a file that appeared is complete: its size and its time stayed the same for a while.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    time::{Duration, Instant, UNIX_EPOCH},
};

use crate::{local_file::path_beside, state_folder::name_of};

/// What changes while a file is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
    video: (u64, u128),
    /// Those of the subtitles beside it, which are uploaded with it.
    subtitles: Option<(u64, u128)>,
}

impl Stamp {
    /// That of a file as it lies there; `None` where it went away or has no bytes yet.
    pub fn of(path: &Path) -> Option<Self> {
        let video = size_and_time(path)?;
        let subtitles = path_beside(path).and_then(|path| size_and_time(&path));
        (video.0 > 0).then_some(Self { video, subtitles })
    }

    /// A name for this file in this state. Subtitles that come later make no other video of it.
    pub fn name(&self, path: &Path) -> String {
        let (size_bytes, modified_ns) = self.video;
        name_of(&[
            path.as_os_str().as_encoded_bytes(),
            &size_bytes.to_be_bytes(),
            &modified_ns.to_be_bytes(),
        ])
    }
}

fn size_and_time(path: &Path) -> Option<(u64, u128)> {
    let facts = std::fs::metadata(path).ok()?;
    let modified = facts.modified().ok();
    let since = modified.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    Some((facts.len(), since.unwrap_or_default().as_nanos()))
}

/// Files and since when they are as they are.
pub struct Settling {
    needed: Duration,
    seen: HashMap<PathBuf, (Stamp, Instant)>,
}

impl Settling {
    /// Files are complete after this long without a change.
    pub fn new(needed: Duration) -> Self {
        let seen = HashMap::new();
        Self { needed, seen }
    }

    /// Those that are complete, of all that are there.
    pub fn complete(
        &mut self,
        now: Instant,
        files: Vec<(PathBuf, Stamp)>,
    ) -> Vec<(PathBuf, Stamp)> {
        let mut before = std::mem::take(&mut self.seen);
        let mut complete = Vec::new();
        for (path, stamp) in files {
            let same = before.remove(&path).filter(|(then, _)| *then == stamp);
            let since = same.map_or(now, |(_, since)| since);
            if now.duration_since(since) >= self.needed {
                complete.push((path.clone(), stamp.clone()));
            }
            self.seen.insert(path, (stamp, since));
        }
        complete
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_complete_once_it_stays_the_same() {
        let start = Instant::now();
        let mut settling = Settling::new(Duration::from_secs(5));
        let mut look = |second: u64, size: Option<u64>| {
            let stamp = |size| Stamp {
                video: (size, 0),
                subtitles: None,
            };
            let file = |size| (PathBuf::from("a"), stamp(size));
            let now = start + Duration::from_secs(second);
            settling
                .complete(now, size.map(file).into_iter().collect())
                .len()
        };
        for (second, size, expected) in [
            (0, Some(1), 0),
            (4, Some(2), 0),
            (8, Some(2), 0),
            (9, Some(2), 1),
            (10, None, 0),
            (11, Some(2), 0),
            (16, Some(2), 1),
        ] {
            assert_eq!(look(second, size), expected, "second {second}");
        }
    }

    #[test]
    fn subtitles_that_are_being_written_are_waited_for_but_make_no_other_video() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.mp4");
        assert!(Stamp::of(&path).is_none());
        std::fs::write(&path, "").unwrap();
        assert!(Stamp::of(&path).is_none());
        std::fs::write(&path, "film").unwrap();
        let before = Stamp::of(&path).unwrap();
        std::fs::write(folder.path().join("a.srt"), "1").unwrap();
        let after = Stamp::of(&path).unwrap();
        assert_ne!(before, after);
        assert_eq!(before.name(&path), after.name(&path));
    }
}
