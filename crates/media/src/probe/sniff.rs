//! Tells from a file's first bytes what is refused without asking ffmpeg, and what a file began as.

/// The kind of file, if it is one that is never a video: playlists and manifests name other files, pictures have no
/// time.
pub(super) fn refused_kind(head: &[u8]) -> Option<&'static str> {
    picture(head).or_else(|| playlist(head))
}

/// Whether the file begins as a container that is accepted, whatever follows.
pub(super) fn begins_as_container(head: &[u8]) -> bool {
    let boxes: [&[u8]; 6] = [b"ftyp", b"moov", b"mdat", b"wide", b"free", b"styp"];
    let magics: [&[u8]; 7] = [
        b"\x1aE\xdf\xa3",
        b"RIFF",
        b"OggS",
        b"fLaC",
        b"FLV\x01",
        b"ID3",
        b"\x30\x26\xb2\x75",
    ];
    head.get(4..8).is_some_and(|name| boxes.contains(&name))
        || magics.iter().any(|magic| head.starts_with(magic))
}

fn picture(head: &[u8]) -> Option<&'static str> {
    let magics: [(&[u8], &str); 7] = [
        (b"\x89PNG\r\n\x1a\n", "a PNG picture"),
        (b"\xff\xd8\xff", "a JPEG picture"),
        (b"GIF87a", "a GIF picture"),
        (b"GIF89a", "a GIF picture"),
        (b"II*\0", "a TIFF picture"),
        (b"MM\0*", "a TIFF picture"),
        (b"8BPS", "a Photoshop picture"),
    ];
    if let Some((_, kind)) = magics.iter().find(|(magic, _)| head.starts_with(magic)) {
        return Some(kind);
    }
    let is_webp = head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WEBP");
    let brand = head
        .get(8..12)
        .filter(|_| head.get(4..8) == Some(b"ftyp"))
        .unwrap_or_default();
    match brand {
        b"heic" | b"heix" | b"heim" | b"heis" | b"mif1" => Some("a HEIF picture"),
        b"avif" => Some("an AVIF picture"),
        _ if is_webp => Some("a WebP picture"),
        _ => None,
    }
}

fn playlist(head: &[u8]) -> Option<&'static str> {
    let text = String::from_utf8_lossy(head);
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let lower = text.to_ascii_lowercase();
    if lower.starts_with("#extm3u") {
        return Some("an HLS or M3U playlist");
    }
    if lower.starts_with("ffconcat") {
        return Some("a concat script");
    }
    if lower.starts_with("[playlist]") {
        return Some("a PLS playlist");
    }
    if !lower.starts_with('<') {
        return None;
    }
    let kinds = [
        ("<mpd", "a DASH manifest"),
        ("<svg", "an SVG picture"),
        ("<smoothstreamingmedia", "a Smooth Streaming manifest"),
        ("<html", "a web page"),
    ];
    let found = kinds.iter().find(|(tag, _)| lower.contains(tag));
    match found {
        Some((_, kind)) => Some(kind),
        None => lower.starts_with("<?xml").then_some("an XML document"),
    }
}
