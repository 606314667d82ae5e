//! Stretches, changes and choices, by example.

use super::*;

const RANGE: ChunkRange = ChunkRange {
    start_ms: 0,
    end_ms: 10_000,
};

/// A picture of one grey.
fn grey(time_ms: u64, grey: u8) -> TimedLook {
    TimedLook {
        time_ms,
        look: Look::of(|_| grey),
    }
}

/// 25 pictures a second between two times, one in so many a key frame, each of 1 kB and key frames of 50 kB.
fn packets(from_ms: u64, to_ms: u64, group: u64) -> Vec<Packet> {
    (from_ms / 40..to_ms / 40)
        .map(|number| Packet {
            time_ms: number * 40,
            size_bytes: if number % group == 0 { 50_000 } else { 1000 },
            is_key: number % group == 0,
        })
        .collect()
}

fn check_stretches(key_looks: &[TimedLook], packets: &[Packet], expected: &[(u64, u64)]) {
    let seen = Seen {
        key_looks,
        packets,
        range: RANGE,
        interval_ms: 2000,
    };
    let stretches = seen.stretches(usize::MAX);
    let found: Vec<_> = stretches
        .iter()
        .map(|stretch| (stretch.start_ms, stretch.end_ms))
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn dense_key_frames_and_still_pictures_hide_nothing() {
    let every_2_s: Vec<_> = (0..5).map(|at| grey(at * 2000, (at * 13) as u8)).collect();
    check_stretches(&every_2_s, &packets(0, 10_000, 50), &[]);
    let still = [grey(0, 9), grey(5000, 10), grey(9000, 9)];
    check_stretches(&still, &packets(0, 10_000, 125), &[]);
    check_stretches(&[], &packets(0, 10_000, 125), &[]);
}

#[test]
fn far_key_frames_that_differ_have_pictures_between_them() {
    let looks = [grey(0, 9), grey(5000, 200), grey(9000, 200)];
    check_stretches(&looks, &packets(0, 10_000, 125), &[(0, 5001)]);
}

#[test]
fn a_large_packet_betrays_a_cut() {
    let looks = [grey(0, 9), grey(2000, 9), grey(4000, 9), grey(8000, 9)];
    let mut packets = packets(0, 10_000, 50);
    packets[60].size_bytes = 20_000;
    check_stretches(&looks, &packets, &[(2000, 4001)]);
}

#[test]
fn a_chunk_may_begin_and_end_far_from_a_key_frame() {
    let looks = [grey(5000, 9)];
    check_stretches(&looks, &packets(0, 10_000, 1000), &[(0, 10_000)]);
}

#[test]
fn no_more_pictures_are_decoded_than_allowed() {
    let looks = [grey(0, 9), grey(4000, 200), grey(8000, 9)];
    let packets = packets(0, 10_000, 100);
    let seen = Seen {
        key_looks: &looks,
        packets: &packets,
        range: RANGE,
        interval_ms: 2000,
    };
    assert_eq!(seen.stretches(150).len(), 1);
    assert_eq!(seen.stretches(150)[0].end_ms, 4001);
    assert_eq!(seen.stretches(50), []);
}

fn pictures(brightness: impl Fn(u64) -> f64) -> Vec<TimedLook> {
    (0..150)
        .map(|number| {
            let grey = brightness(number * 40);
            // A pattern, so that not every change is one of brightness alone.
            let look = Look::of(|pixel| (grey * (1.0 + (pixel % 7) as f64 / 10.0)) as u8);
            TimedLook {
                time_ms: number * 40,
                look,
            }
        })
        .collect()
}

#[test]
fn a_cut_is_where_the_new_picture_is_first_shown() {
    let looks = pictures(|time_ms| if time_ms < 3000 { 20.0 } else { 90.0 });
    assert_eq!(changes_among(&looks), [Change::cut(3000)]);
}

#[test]
fn a_blend_is_one_cut_in_its_middle() {
    let looks =
        pictures(|time_ms| 20.0 + 100.0 * ((time_ms as f64 - 2500.0) / 1000.0).clamp(0.0, 1.0));
    let changes = changes_among(&looks);
    assert_eq!(changes.len(), 1, "{changes:?}");
    assert!(changes[0].is_blended_at(3000), "{changes:?}");
    assert!(changes[0].cut_ms.abs_diff(3000) <= 300, "{changes:?}");
}

#[test]
fn pictures_that_change_all_the_time_have_no_cuts() {
    // As of a camera that is moved: waves that go by.
    let looks: Vec<TimedLook> = (0..150)
        .map(|number| TimedLook {
            time_ms: number * 40,
            look: Look::of(|pixel| {
                let phase = pixel as f64 / 8.0 + number as f64 * 0.04;
                (100.0 + 60.0 * (std::f64::consts::TAU * phase).sin()) as u8
            }),
        })
        .collect();
    assert_eq!(changes_among(&looks), []);
}

#[test]
fn key_frames_that_come_early_begin_shots() {
    let key_looks = [grey(0, 50), grey(2000, 50), grey(3000, 60), grey(5000, 65)];
    let seen = Seen {
        key_looks: &key_looks,
        packets: &[],
        range: RANGE,
        interval_ms: 2000,
    };
    assert_eq!(seen.changes(&[]), [Change::cut(3000)]);
    // What is known of the pictures between them counts more.
    let known = vec![grey(2000, 50), grey(2500, 55), grey(3000, 60)];
    assert_eq!(seen.changes(&[known]), []);
}

/// The times that are chosen of one picture every half second.
fn chosen(end_ms: u64, changes: &[Change]) -> Vec<u64> {
    let frame = |time_ms| Frame {
        time_ms,
        path: format!("{time_ms}").into(),
    };
    let frames = (0..end_ms / 500).map(|at| frame(at * 500)).collect();
    let chosen = choose(frames, &[], changes, 2000);
    chosen.iter().map(|frame| frame.time_ms).collect()
}

#[test]
fn the_first_picture_of_a_shot_is_kept_and_then_one_every_interval() {
    assert_eq!(
        chosen(10_000, &[Change::cut(4400)]),
        [0, 2000, 4000, 4500, 6500, 8500]
    );
}

#[test]
fn pictures_of_two_shots_at_once_are_left_out_unless_there_is_nothing_else() {
    let blend = |cut_ms| Change {
        cut_ms,
        half_blend_ms: 600,
    };
    assert_eq!(chosen(6000, &[blend(2000)]), [0, 3000, 5000]);
    assert_eq!(chosen(2500, &[blend(2000)]), [0, 2000]);
}
