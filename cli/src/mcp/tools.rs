//! The tools, as an agent is told of them.

use rmcp::{
    handler::server::{tool::schema_for_output, wrapper::Parameters},
    model::CallToolResult,
    tool, tool_router,
};

use super::{
    Server,
    answer::answered,
    frame::{self, FrameArguments},
    search::{self, SearchAnswer, SearchArguments},
    transcript::{self, TranscriptAnswer, TranscriptArguments},
    videos::{self, ListAnswer, ListArguments, VideoArguments, VideoDetails},
};

#[tool_router(vis = "pub(super)")]
impl Server {
    #[tool(
        title = "Search moments",
        description = "Find moments in the user's videos by what was said, what is shown, or what is written in the \
        picture (slides, signs). Ask in plain words, as one would describe the moment: \"how much milk a goat \
        gives\", \"a red parrot\". Each moment has its video's id and title, start and end, how likely it is the one \
        (confidence, 0 to 1), what matched in which channel, and a private link that plays from there.\n\n\
        Operators may stand among the words: \"a phrase\" in double quotes for these words one after the other; \
        -word for none of it; channel:speech, channel:subtitle, channel:visual, channel:screen-text or \
        channel:title; video:ID; tag:TAG; after:2026-01-31 and before:2026-01-31 (when the video was added); and \
        `A then B within 30 s` for B soon after A.\n\n\
        The answer says so when nothing matches well: nearest=true then lists what comes closest. It names channels \
        that could not be searched at present, and says when pictures were compared by a stand-in model, which \
        knows 1,000 nouns and neither colours nor actions nor people by name. Search by meaning knows English; words themselves are found in any language.",
        annotations(read_only_hint = true, destructive_hint = false, idempotent_hint = true, open_world_hint = false),
        output_schema = schema_for_output::<SearchAnswer>()
    )]
    async fn search_moments(
        &self,
        Parameters(arguments): Parameters<SearchArguments>,
    ) -> CallToolResult {
        answered(search::search_moments(&self.connection, arguments).await)
    }

    #[tool(
        title = "Read a transcript",
        description = "Read the words of a video with their times, all or those between start_ms and end_ms: \
        subtitles where the video has them, else recognised speech, which may mishear names and rare words. One call \
        answers with at most 200 lines or 12,000 characters; where there is more, call again with the same arguments \
        and its next_cursor as cursor. To read around a moment, ask from 30 s before it to 30 s after it.",
        annotations(read_only_hint = true, destructive_hint = false, idempotent_hint = true, open_world_hint = false),
        output_schema = schema_for_output::<TranscriptAnswer>()
    )]
    async fn read_transcript(
        &self,
        Parameters(arguments): Parameters<TranscriptArguments>,
    ) -> CallToolResult {
        answered(transcript::read_transcript(&self.connection, arguments).await)
    }

    #[tool(
        title = "List videos",
        description = "List the user's videos, newest first: id, title, status, length, language, tags and the \
        channels that can be searched (speech, subtitle, visual, screen-text, title). Only READY videos are complete; \
        one that is PROCESSING can be searched as far as it is. To find something inside videos use search_moments.",
        annotations(read_only_hint = true, destructive_hint = false, idempotent_hint = true, open_world_hint = false),
        output_schema = schema_for_output::<ListAnswer>()
    )]
    async fn list_videos(
        &self,
        Parameters(arguments): Parameters<ListArguments>,
    ) -> CallToolResult {
        answered(videos::list_videos(&self.connection, arguments).await)
    }

    #[tool(
        title = "Get a video",
        description = "One video: what list_videos says of it, and its file, how far its indexing is, what was lost \
        on the way (warnings with their stretches), why it failed where it did, and a private link that plays it.",
        annotations(read_only_hint = true, destructive_hint = false, idempotent_hint = true, open_world_hint = false),
        output_schema = schema_for_output::<VideoDetails>()
    )]
    async fn get_video(&self, Parameters(arguments): Parameters<VideoArguments>) -> CallToolResult {
        answered(videos::get_video(&self.connection, arguments).await)
    }

    #[tool(
        title = "Get a frame",
        description = "See what a video shows at a time: a JPEG of at most 768 pixels a side, and a line that says \
        what it is. It is the very frame where ffmpeg is at hand on this machine, else the thumbnail of the shot \
        around that time. For a moment that search_moments found, ask in its middle rather than at its start.",
        annotations(
            read_only_hint = true,
            destructive_hint = false,
            idempotent_hint = true,
            open_world_hint = false
        )
    )]
    async fn get_frame(&self, Parameters(arguments): Parameters<FrameArguments>) -> CallToolResult {
        answered(frame::get_frame(&self.connection, arguments).await)
    }
}
