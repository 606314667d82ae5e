//! Identities: which tenant, which video, which indexing of it.

use serde::{Deserialize, Serialize};
use std::fmt;

/// One indexing of one object version of a video; part of every segment's `_id`. Starts at 1.
pub type Generation = u32;

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl $name {
            /// The id as text, as it stands in keys and payloads.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }
    };
}

text_id! {
    /// A video: UUIDv7 for an upload, UUIDv5 of bucket and key for the inbox and imports.
    VideoId
}
text_id! {
    /// A tenant. Comes from a verified token, or from the key's prefix in the inbox, and from nowhere else.
    Workspace
}

impl Workspace {
    /// Whether the text can stand in object keys and index filters: 1 to 128 of `A-Z a-z 0-9 - _ . @ =`.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        (1..=128).contains(&self.0.len())
            && self.0 != "."
            && self.0 != ".."
            && self
                .0
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_.@=".contains(&byte))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn workspaces_that_would_escape_their_prefix_are_invalid() {
        for (text, expected) in [
            ("team-1", true),
            ("a.b@example", true),
            ("", false),
            ("..", false),
            ("a/b", false),
            ("ä", false),
        ] {
            assert_eq!(Workspace::from(text).is_valid(), expected, "{text:?}");
        }
    }
}
