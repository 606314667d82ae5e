//! What the `vindex` command makes of bad input: its exit code, and what it tells a person or a program.

use crate::recipes::{Recipe, SHORT};
use contracts::{
    ErrorName,
    api::{Video, VideoStatus},
};
use end_to_end::{Finished, Stack, scratch};
use std::path::Path;

async fn upload(stack: &Stack, file_name: &str, bytes: &[u8], options: &[&str]) -> Finished {
    let tenant = stack.new_tenant("command").await;
    let folder = scratch();
    let path = folder.path().join(file_name);
    std::fs::write(&path, bytes).unwrap();
    let arguments = ["upload", "--wait"].iter().chain(options).map(Path::new);
    let arguments = arguments.chain([Path::new("--"), &path]);
    tenant.command_line().run(arguments).await
}

#[tokio::test]
async fn a_video_that_fails_ends_the_command_with_3_and_its_reason() {
    let stack = Stack::from_env().await;
    for (bytes, name, says) in [
        (&b""[..], ErrorName::EmptyFile, "0 bytes"),
        (b"words", ErrorName::NotMedia, "not an audio or video file"),
    ] {
        let (told, shown) = futures::join!(
            upload(&stack, "talk.mp4", bytes, &["--json"]),
            upload(&stack, "talk.mp4", bytes, &[])
        );
        assert_eq!((told.code, shown.code), (3, 3), "{told:?} {shown:?}");
        let video: Video = told.json();
        let error = video.error.unwrap();
        assert_eq!(
            (video.status, error.name.as_str()),
            (VideoStatus::Failed, name.as_str())
        );
        assert!(shown.errors.contains(name.as_str()), "{shown:?}");
        assert!(shown.errors.contains(says), "{shown:?}");
    }
}

#[tokio::test]
async fn an_odd_file_name_is_kept_as_the_title() {
    let stack = Stack::from_env().await;
    let bytes = Recipe::made(&[SHORT]).make().await;
    for file_name in [
        "-it's my \"best\" .. día \u{1f3ac}, part 1; $(true) & more.mp4",
        "..mp4",
    ] {
        let finished = upload(&stack, file_name, &bytes, &["--json"]).await;
        assert_eq!(finished.code, 0, "{finished:?}");
        let video: Video = finished.json();
        assert_eq!(
            (video.status, video.title.as_str()),
            (VideoStatus::Ready, file_name)
        );
    }
}
