//! Small pictures beside moments, on terminals that can show them.

use std::{
    collections::HashMap,
    io::{Cursor, IsTerminal, stdout},
    time::Duration,
};

use base64::{Engine, engine::general_purpose::STANDARD};
use clap::ValueEnum;
use contracts::api::SearchResponse;
use futures::{StreamExt, stream};
use image::{ImageFormat, ImageReader, Limits};

use crate::client::Client;

/// Height of a picture in lines of text.
const LINES: u32 = 5;
const LONGEST_SIDE_PX: u32 = 320;
const MAX_BYTES: usize = 1_000_000;
const MAX_SIDE_PX: u32 = 4096;
/// Pictures that come later than this are left out.
const PATIENCE: Duration = Duration::from_secs(5);
const AT_ONCE: usize = 6;
/// So much base64 goes into one of Kitty's commands.
const KITTY_CHUNK: usize = 4096;

/// When pictures are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Thumbnails {
    /// On terminals that are known to show them
    #[default]
    Auto,
    /// Never
    Never,
    /// On every terminal, by Kitty's protocol where nothing else is known
    Always,
}

/// How a terminal is handed a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// Kitty, Ghostty
    Kitty,
    /// iTerm2, WezTerm, mintty
    Iterm2,
}

/// Pictures as what a terminal is sent, by their address.
pub type Pictures = HashMap<String, String>;

impl Thumbnails {
    /// The protocol to use; none where standard output is no terminal.
    pub fn protocol(self) -> Option<Protocol> {
        if !stdout().is_terminal() {
            return None;
        }
        let known = known_protocol(&|name| std::env::var(name).ok());
        match self {
            Thumbnails::Never => None,
            Thumbnails::Auto => known,
            Thumbnails::Always => known.or(Some(Protocol::Kitty)),
        }
    }
}

/// What the terminal says of itself. Inside tmux and screen pictures would be torn apart.
fn known_protocol(variable: &dyn Fn(&str) -> Option<String>) -> Option<Protocol> {
    let value = |name| variable(name).unwrap_or_default();
    let term = value("TERM");
    if variable("TMUX").is_some() || term.starts_with("screen") || term.starts_with("tmux") {
        return None;
    }
    match value("TERM_PROGRAM").as_str() {
        "iTerm.app" | "WezTerm" | "mintty" => return Some(Protocol::Iterm2),
        "ghostty" => return Some(Protocol::Kitty),
        _ => {}
    }
    let is_kitty = variable("KITTY_WINDOW_ID").is_some();
    (is_kitty || term == "xterm-kitty" || term == "xterm-ghostty").then_some(Protocol::Kitty)
}

/// Fetches the pictures of a page. Those that don't come, or are no pictures, are left out.
pub async fn fetch(client: &Client, page: &SearchResponse, protocol: Protocol) -> Pictures {
    let moments = page.moments.iter().chain(&page.nearest);
    let urls: Vec<&String> = moments
        .filter_map(|found| found.thumbnail_url.as_ref())
        .collect();
    let fetched = stream::iter(urls).map(|url| async move {
        let sequence = picture(client, url, protocol).await?;
        Some((url.clone(), sequence))
    });
    let fetched: Vec<_> = fetched.buffer_unordered(AT_ONCE).collect().await;
    fetched.into_iter().flatten().collect()
}

async fn picture(client: &Client, url: &str, protocol: Protocol) -> Option<String> {
    let request = client.plain().get(url).timeout(PATIENCE);
    let answer = request.send().await.ok()?.error_for_status().ok()?;
    let announced = usize::try_from(answer.content_length()?).ok()?;
    if announced > MAX_BYTES {
        return None;
    }
    let png = small_png(&answer.bytes().await.ok()?)?;
    Some(match protocol {
        Protocol::Kitty => kitty(&png),
        Protocol::Iterm2 => iterm2(&png),
    })
}

/// Made anew, so that a terminal decodes nothing but what this command wrote.
fn small_png(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut reader = ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .ok()?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE_PX);
    limits.max_image_height = Some(MAX_SIDE_PX);
    reader.limits(limits);
    let small = reader
        .decode()
        .ok()?
        .thumbnail(LONGEST_SIDE_PX, LONGEST_SIDE_PX);
    let mut png = Cursor::new(Vec::new());
    small.to_rgb8().write_to(&mut png, ImageFormat::Png).ok()?;
    Some(png.into_inner())
}

/// <https://sw.kovidgoyal.net/kitty/graphics-protocol/>; `q=2` asks for no answer, which nobody would read.
fn kitty(png: &[u8]) -> String {
    let text = STANDARD.encode(png);
    let chunks: Vec<&[u8]> = text.as_bytes().chunks(KITTY_CHUNK).collect();
    let mut sequence = String::new();
    for (index, chunk) in chunks.iter().enumerate() {
        let more = u8::from(index + 1 < chunks.len());
        let head = if index == 0 {
            format!("a=T,f=100,r={LINES},q=2,")
        } else {
            String::new()
        };
        let chunk = String::from_utf8_lossy(chunk);
        sequence.push_str(&format!("\u{1b}_G{head}m={more};{chunk}\u{1b}\\"));
    }
    sequence
}

/// <https://iterm2.com/documentation-images.html>
fn iterm2(png: &[u8]) -> String {
    let (size, text) = (png.len(), STANDARD.encode(png));
    format!(
        "\u{1b}]1337;File=inline=1;size={size};height={LINES};preserveAspectRatio=1:{text}\u{7}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminals_are_known_by_what_they_say() {
        for (variables, expected) in [
            (&[("KITTY_WINDOW_ID", "1")][..], Some(Protocol::Kitty)),
            (&[("TERM", "xterm-kitty")], Some(Protocol::Kitty)),
            (&[("TERM_PROGRAM", "ghostty")], Some(Protocol::Kitty)),
            (&[("TERM_PROGRAM", "iTerm.app")], Some(Protocol::Iterm2)),
            (&[("TERM_PROGRAM", "WezTerm")], Some(Protocol::Iterm2)),
            (&[("TERM_PROGRAM", "iTerm.app"), ("TMUX", "x")], None),
            (
                &[("TERM", "screen-256color"), ("KITTY_WINDOW_ID", "1")],
                None,
            ),
            (&[("TERM", "xterm-256color")], None),
            (&[], None),
        ] {
            let variable = |name: &str| {
                let found = variables.iter().find(|(key, _)| *key == name);
                found.map(|(_, value)| (*value).to_owned())
            };
            assert_eq!(known_protocol(&variable), expected, "{variables:?}");
        }
    }

    #[test]
    fn pictures_are_sent_whole() {
        let png: Vec<u8> = (0..5000_u32).map(|number| number as u8).collect();
        let sent = kitty(&png);
        let text: String = sent
            .split("\u{1b}\\")
            .filter_map(|command| command.split_once(';'))
            .map(|(_, data)| data)
            .collect();
        assert_eq!(STANDARD.decode(text).unwrap(), png);
        assert!(sent.starts_with("\u{1b}_Ga=T,f=100,r=5,q=2,m=1;"), "{sent}");
        assert_eq!(sent.matches("m=1;").count(), 1);
        assert!(iterm2(&png).contains("size=5000;"));
    }

    #[test]
    fn what_is_no_picture_is_left_out() {
        assert!(small_png(b"no picture").is_none());
        let mut large = Cursor::new(Vec::new());
        let picture = image::RgbImage::new(640, 320);
        picture.write_to(&mut large, ImageFormat::Jpeg).unwrap();
        let small = image::load_from_memory(&small_png(large.get_ref()).unwrap()).unwrap();
        assert_eq!((small.width(), small.height()), (320, 160));
    }
}
