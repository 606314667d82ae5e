//! Blocks that were read, as long as they may be wanted again.

use std::collections::VecDeque;

use bytes::Bytes;

/// What more than one run has read may take this part of the cache.
const KEPT_DIVISOR: u64 = 2;

/// The blocks read last, and those that more than one run has read: each run of ffmpeg begins with the container's
/// index, which would otherwise have made room for what was read behind it.
#[derive(Debug)]
pub(super) struct BlockCache {
    limit_bytes: u64,
    /// Read or used longest ago first.
    blocks: VecDeque<Block>,
    run: u32,
}

#[derive(Debug)]
struct Block {
    start: u64,
    bytes: Bytes,
    /// The run it was read in.
    run: u32,
    is_kept: bool,
}

impl Block {
    fn length(&self) -> u64 {
        self.bytes.len() as u64
    }

    fn contains(&self, position: u64) -> bool {
        (self.start..self.start + self.length()).contains(&position)
    }
}

impl BlockCache {
    pub(super) fn new(limit_bytes: u64) -> Self {
        Self {
            limit_bytes,
            blocks: VecDeque::new(),
            run: 0,
        }
    }

    /// What is read again from now on is read by another run.
    pub(super) fn begin_run(&mut self) {
        self.run += 1;
    }

    /// The cached bytes from `position` to the end of a block.
    pub(super) fn at(&mut self, position: u64) -> Option<Bytes> {
        let found = |block: &Block| block.contains(position);
        let index = self.blocks.iter().position(found)?;
        let mut block = self.blocks.remove(index)?;
        let kept_bytes: u64 = self.kept().map(Block::length).sum();
        block.is_kept |=
            block.run != self.run && kept_bytes + block.length() <= self.limit_bytes / KEPT_DIVISOR;
        let offset = usize::try_from(position - block.start).ok()?;
        let rest = block.bytes.slice(offset..);
        self.blocks.push_back(block);
        Some(rest)
    }

    /// Where the next cached block behind `position` starts; reading need not go further.
    pub(super) fn next_start(&self, position: u64) -> u64 {
        let starts = self.blocks.iter().map(|block| block.start);
        starts
            .filter(|start| *start > position)
            .min()
            .unwrap_or(u64::MAX)
    }

    /// Adds a block, for which old ones make room.
    pub(super) fn insert(&mut self, start: u64, bytes: Bytes) {
        self.blocks.push_back(Block {
            start,
            bytes,
            run: self.run,
            is_kept: false,
        });
        let mut cached: u64 = self.blocks.iter().map(Block::length).sum();
        while cached > self.limit_bytes {
            let Some(index) = self.blocks.iter().position(|block| !block.is_kept) else {
                break;
            };
            let oldest = self.blocks.remove(index);
            cached -= oldest.map_or(0, |block| block.length());
        }
    }

    fn kept(&self) -> impl Iterator<Item = &Block> {
        self.blocks.iter().filter(|block| block.is_kept)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(start: u64) -> (u64, Bytes) {
        (start, Bytes::from(vec![7; 10]))
    }

    /// After these blocks of ten bytes were read in each run, those that start at `expected` are cached.
    fn check(runs: &[&[u64]], expected: &[u64]) {
        let mut cache = BlockCache::new(40);
        for reads in runs {
            cache.begin_run();
            for &start in *reads {
                if cache.at(start).is_none() {
                    let (start, bytes) = block(start);
                    cache.insert(start, bytes);
                }
            }
        }
        let mut starts: Vec<u64> = cache.blocks.iter().map(|block| block.start).collect();
        starts.sort_unstable();
        assert_eq!(starts, expected, "{runs:?}");
    }

    #[test]
    fn the_latest_and_what_two_runs_read_stay() {
        check(&[&[0, 10, 20, 30, 40, 50]], &[20, 30, 40, 50]);
        // Again in the same run: used later, but not kept.
        check(&[&[0, 10, 0, 20, 30, 40, 50, 60]], &[30, 40, 50, 60]);
        check(&[&[0, 50], &[0, 50, 60, 70, 80, 90]], &[0, 50, 80, 90]);
        // Only half of the cache is kept: first come, first served.
        check(&[&[0, 10, 50], &[0, 10, 50, 60, 70, 80]], &[0, 10, 70, 80]);
    }

    #[test]
    fn bytes_are_found_up_to_their_blocks_end_and_the_next_block_is_known() {
        let mut cache = BlockCache::new(40);
        for start in [0, 50] {
            let (start, bytes) = block(start);
            cache.insert(start, bytes);
        }
        assert_eq!(cache.at(3).map(|bytes| bytes.len()), Some(7));
        assert_eq!(cache.at(10), None);
        assert_eq!(cache.next_start(10), 50);
        assert_eq!(cache.next_start(50), u64::MAX);
    }
}
