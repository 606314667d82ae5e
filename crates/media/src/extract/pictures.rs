//! ffmpeg's arguments for the pictures of one run.
//!
//! A run writes pictures as JPEG files, each named after its time, and of every picture that it decodes a look: a grey
//! thumbnail of a few pixels that tells whether two pictures show the same.

use super::{ChunkRange, command::seconds};

/// Looks of all pictures that were decoded, in order: a byte for each of their pixels.
pub(super) const LOOKS_FILE: &str = "looks.gray";
/// A line for each of them, with its time.
pub(super) const LOOK_TIMES_FILE: &str = "looks.framecrc";
/// Width of a look in pixels: in one of them lie two or three letters of a slide, few enough that other letters make it
/// brighter or darker.
pub(super) const LOOK_WIDTH_PX: usize = 48;
/// Height of a look in pixels: a line of a slide is two or three of them high.
pub(super) const LOOK_HEIGHT_PX: usize = 32;
/// Key frames closer together than this are not all kept, even where each shows something else.
const KEY_FRAME_SPACING_MS: u64 = 200;
/// Of pictures that are all decoded, so often one is kept.
const EVERY_PICTURE_SPACING_MS: u64 = 500;

/// Which pictures a run decodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pictures {
    /// Key frames in the range.
    KeyFrames {
        /// Nothing else is decoded. ffmpeg then can't tell when a Matroska file begins that doesn't begin at 0, and
        /// gives every time wrong.
        decoded_alone: bool,
    },
    /// All pictures in the range.
    Every,
    /// The first picture in the range, whatever it takes to decode it.
    FirstInRange,
    /// The picture shown when the range begins.
    ShownAtStart,
}

impl Pictures {
    /// How many outputs a run has for them.
    pub(super) const OUTPUTS: usize = 3;

    /// A graph with the outputs `[kept]`, `[looks]` and `[times]`. Pictures are upright, with square pixels, whole
    /// frames and in standard dynamic range.
    pub(super) fn graph(self, stream: u32, range: ChunkRange, short_side_px: u32) -> String {
        // Half a millisecond early, so that what is selected lies in the range once rounded.
        let start = format!("{}-0.0005", seconds(range.start_ms));
        let end = format!("{}-0.0005", seconds(range.end_ms));
        let in_range = match self {
            Self::ShownAtStart => String::new(),
            Self::KeyFrames {
                decoded_alone: false,
            } => format!("select='key*gte(t,{start})*lt(t,{end})',"),
            _ => format!("select='gte(t,{start})*lt(t,{end})',"),
        };
        let thinned = self.spacing_ms().map_or_else(String::new, |spacing_ms| {
            let spacing = format!("{}-0.0005", seconds(spacing_ms));
            format!("select='isnan(prev_selected_t)+gte(t-prev_selected_t,{spacing})',")
        });
        let scaled = scaled(short_side_px);
        format!(
            "[0:{stream}]{in_range}split[shown][small];\
             [shown]{thinned}{scaled}[kept];\
             [small]scale={LOOK_WIDTH_PX}:{LOOK_HEIGHT_PX}:flags=area,format=gray,split[looks][times]"
        )
    }

    fn spacing_ms(self) -> Option<u64> {
        match self {
            Self::KeyFrames { .. } => Some(KEY_FRAME_SPACING_MS),
            Self::Every => Some(EVERY_PICTURE_SPACING_MS),
            Self::FirstInRange | Self::ShownAtStart => None,
        }
    }

    /// The outputs, in the order of [`Self::graph`].
    pub(super) fn output_options(self, jpeg_quality: u8) -> Vec<String> {
        let quality = jpeg_quality.to_string();
        // Times of all outputs count in milliseconds; each JPEG is named after its own.
        let kept = "-map [kept] -fps_mode passthrough -enc_time_base 1:1000 -c:v mjpeg -q:v";
        let image_files = "-f image2 -frame_pts 1";
        let looks = "-map [looks] -fps_mode passthrough -c:v rawvideo -f rawvideo";
        let times =
            "-map [times] -fps_mode passthrough -enc_time_base 1:1000 -c:v rawvideo -f framecrc";
        let one = match self {
            Self::KeyFrames { .. } | Self::Every => "",
            Self::FirstInRange | Self::ShownAtStart => "-frames:v 1",
        };
        let words = format!(
            "{kept} {quality} {one} {image_files} %d.jpg {looks} {one} {LOOKS_FILE} {times} {one} {LOOK_TIMES_FILE}"
        );
        words.split_whitespace().map(str::to_owned).collect()
    }
}

/// Two fields become one frame, pixels square, the shorter side no longer than asked, colours those that a JPEG has.
fn scaled(short_side_px: u32) -> String {
    let side = short_side_px;
    // -2 keeps the proportions and makes the longer side even.
    format!(
        "yadif=deint=interlaced,scale=w='trunc(iw*sar/2)*2':h=ih,setsar=1,\
         scale=w='if(gt(iw,ih),-2,min({side},trunc(iw/2)*2))':\
         h='if(gt(iw,ih),min({side},trunc(ih/2)*2),-2)':\
         out_range=pc:out_color_matrix=bt601:out_transfer=bt709:out_primaries=bt709,format=yuv420p"
    )
}
