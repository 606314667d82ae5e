//! What frames show.
//!
//! A [`TextReader`] reads the text in one frame: a detector finds where lines are, a recogniser reads each of them.
//! [`screen_text()`] makes passages of the lines of a video's shots: what stays on screen is one passage from when it
//! appears to when it goes, and a channel's logo is not part of every caption. [`shots()`] merges frames that show the
//! same. A [`Looker`] does all of it for the frames of a chunk.

mod costs;
mod error;
mod looker;
mod screen_text;
mod shots;
mod text;

pub use costs::{Clock, Costs, Spent};
pub use error::VisionError;
pub use looker::{Frame, Looked, LookedShot, Looker};
pub use screen_text::{ScreenText, ShotText, screen_text};
pub use shots::{FrameView, PictureCells, PictureHash, ShotSpan, shots};
pub use text::{TextLine, TextReader};
