//! ffmpeg's lists of packets and pictures (`framecrc`): when each is shown and how many bytes it takes.
//!
//! ```text
//! #tb 0: 1/12288
//! 0,     111616,     112640,      512,    34530, 0x92437df3
//! 0,     112128,     114688,      512,      293, 0x8efa8eab, F=0x0
//! ```
//!
//! Stream, time of decoding, time of showing, duration, size, checksum, and flags unless it is a key frame.

use std::{io, path::Path};

/// A packet of pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Packet {
    /// When it is shown, in milliseconds of the video.
    pub(super) time_ms: u64,
    pub(super) size_bytes: u64,
    pub(super) is_key: bool,
}

/// The lines of a list; `None` where there is no such file.
pub(super) fn read_lines(path: &Path) -> io::Result<Option<Vec<Packet>>> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(parse(&text))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// The lines that can be read; a list that breaks off ends there.
fn parse(text: &str) -> Vec<Packet> {
    let mut ticks = (1, 1000);
    let mut packets = Vec::new();
    for line in text.lines() {
        if let Some(base) = line.strip_prefix("#tb 0: ") {
            ticks = base
                .split_once('/')
                .and_then(|(numerator, denominator)| {
                    Some((numerator.parse().ok()?, denominator.parse().ok()?))
                })
                .unwrap_or(ticks);
        }
        packets.extend(parse_line(line, ticks));
    }
    packets
}

fn parse_line(line: &str, (numerator, denominator): (i128, i128)) -> Option<Packet> {
    let mut fields = line.split(',').map(str::trim);
    fields.next().filter(|stream| *stream == "0")?;
    let shown: i128 = fields.nth(1)?.parse().ok()?;
    let size_bytes = fields.nth(1)?.parse().ok()?;
    fields.next()?;
    let flags = fields.next();
    let time_ms = (shown * numerator * 1000).checked_div(denominator)?;
    Some(Packet {
        // What is shown before the start is shown at the start.
        time_ms: u64::try_from(time_ms).unwrap_or(0),
        size_bytes,
        is_key: flags.is_none_or(|flags| !flags.starts_with("F=")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_sizes_and_key_frames_are_read() {
        let text = "#software: Lavf\n#tb 0: 1/12288\n#dimensions 0: 640x360\n\
            0,     111616,     122880,      512,    34530, 0x92437df3\n\
            0,     112128,     -10,      512,      293, 0x8efa8eab, F=0x0\n\
            0,     112640,     11";
        let packet = |time_ms, size_bytes, is_key| Packet {
            time_ms,
            size_bytes,
            is_key,
        };
        assert_eq!(
            parse(text),
            [packet(10_000, 34_530, true), packet(0, 293, false)]
        );
        assert_eq!(parse("#tb 0: 1/0\n0, 1, 1, 1, 1, 0x0\n"), []);
    }
}
