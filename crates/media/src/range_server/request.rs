//! The `Range` header.

/// What a request asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// Everything (no range, or one that HTTP says to ignore).
    Whole,
    /// `start..end_exclusive`, not empty and inside the object.
    Part { start: u64, end_exclusive: u64 },
    /// A range outside the object.
    Unsatisfiable,
}

/// Reads a `Range` header for an object of `size_bytes`. Several ranges in one request are answered with the whole
/// object, as HTTP allows.
pub(super) fn wanted(header: Option<&str>, size_bytes: u64) -> Wanted {
    let Some(range) = header.and_then(|value| value.trim().strip_prefix("bytes=")) else {
        return Wanted::Whole;
    };
    let Some((first, last)) = range.split_once('-') else {
        return Wanted::Whole;
    };
    match (first.trim().parse::<u64>(), last.trim()) {
        (Ok(start), "") => part(start, size_bytes, size_bytes),
        (Ok(start), last) => match last.parse::<u64>() {
            Ok(last) if last >= start => part(start, last.saturating_add(1), size_bytes),
            _ => Wanted::Whole,
        },
        (Err(_), last) if first.trim().is_empty() => match last.parse::<u64>() {
            Ok(length) if length > 0 => {
                part(size_bytes.saturating_sub(length), size_bytes, size_bytes)
            }
            Ok(_) => Wanted::Unsatisfiable,
            Err(_) => Wanted::Whole,
        },
        _ => Wanted::Whole,
    }
}

fn part(start: u64, end_exclusive: u64, size_bytes: u64) -> Wanted {
    if start >= size_bytes {
        return Wanted::Unsatisfiable;
    }
    Wanted::Part {
        start,
        end_exclusive: end_exclusive.min(size_bytes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(header: &str, expected: Wanted) {
        assert_eq!(wanted(Some(header), 1000), expected, "{header}");
    }

    #[test]
    fn ranges_are_read_as_http_says() {
        let part = |start, end_exclusive| Wanted::Part {
            start,
            end_exclusive,
        };
        check("bytes=0-", part(0, 1000));
        check("bytes=10-19", part(10, 20));
        check("bytes=990-5000", part(990, 1000));
        check("bytes=-10", part(990, 1000));
        check("bytes=-5000", part(0, 1000));
        check("bytes=1000-", Wanted::Unsatisfiable);
        check("bytes=-0", Wanted::Unsatisfiable);
        check("bytes=20-10", Wanted::Whole);
        check("bytes=0-1,5-6", Wanted::Whole);
        check("lines=1-2", Wanted::Whole);
        check("bytes=x-", Wanted::Whole);
        assert_eq!(wanted(None, 1000), Wanted::Whole);
        assert_eq!(wanted(Some("bytes=0-"), 0), Wanted::Unsatisfiable);
    }
}
