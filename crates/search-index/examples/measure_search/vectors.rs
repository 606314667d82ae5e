//! Made-up vectors whose neighbours lie as those of a real text model do.

use fastrand::Rng;

/// Topics of all videos; a tenant's library has some hundreds of subjects.
const TOPICS: usize = 400;
/// Directions in which passages differ from each other: real vectors fill far fewer dimensions than they have.
const ASPECTS: usize = 48;

/// What a vector's squared length is made of. The first is the cosine of two vectors that have nothing to do with each
/// other, which is high for bge-small; the sum of the first three that of two passages of a video.
const SHARE_OF_ALL: f32 = 0.58;
const SHARE_OF_TOPIC: f32 = 0.12;
const SHARE_OF_VIDEO: f32 = 0.10;
const SHARE_OF_ASPECTS: f32 = 0.14;
const SHARE_OF_NOISE: f32 = 0.06;

/// The vectors of one model.
pub struct Space {
    dimensions: usize,
    /// What all vectors have in common.
    mean: Vec<f32>,
    topics: Vec<Vec<f32>>,
    /// The first are the longest.
    aspects: Vec<Vec<f32>>,
}

impl Space {
    /// The space of `dimensions` that a seed stands for.
    pub fn new(dimensions: usize, seed: u64) -> Self {
        let mut random = Rng::with_seed(seed);
        let mut direction = |share: f32| scaled(unit(dimensions, &mut random), share.sqrt());
        let mean = direction(SHARE_OF_ALL);
        let topics = (0..TOPICS).map(|_| direction(SHARE_OF_TOPIC)).collect();
        let sum: f32 = (1..=ASPECTS).map(|rank| 1.0 / rank as f32).sum();
        let aspects = (1..=ASPECTS)
            .map(|rank| direction(SHARE_OF_ASPECTS / sum / rank as f32))
            .collect();
        Self {
            dimensions,
            mean,
            topics,
            aspects,
        }
    }

    /// A topic for a video or a passage: the first half a dozen have as many as all others.
    pub fn topic(random: &mut Rng) -> usize {
        // The inverse of a distribution in which the logarithm of the rank is uniform, as with Zipf's law.
        let rank = (TOPICS as f32).powf(random.f32());
        (rank as usize).min(TOPICS - 1)
    }

    /// What the passages of a video have in common beside its topic.
    pub fn of_video(&self, random: &mut Rng) -> Vec<f32> {
        scaled(unit(self.dimensions, random), SHARE_OF_VIDEO.sqrt())
    }

    /// The unit vector of a passage.
    pub fn passage(&self, topic: usize, video: &[f32], random: &mut Rng) -> Vec<f32> {
        let mut vector = self.mean.clone();
        add(&mut vector, &self.topics[topic], 1.0);
        add(&mut vector, video, 1.0);
        self.add_own(&mut vector, random);
        normalised(vector)
    }

    /// The unit vector of a query that the passage of `vector` answers: it says other things too.
    pub fn query(&self, vector: &[f32], random: &mut Rng) -> Vec<f32> {
        let mut query = vector.to_vec();
        self.add_own(&mut query, random);
        normalised(query)
    }

    /// What belongs to one passage alone.
    fn add_own(&self, vector: &mut [f32], random: &mut Rng) {
        for aspect in &self.aspects {
            add(vector, aspect, spread(random));
        }
        let noise = unit(self.dimensions, random);
        add(vector, &noise, SHARE_OF_NOISE.sqrt());
    }
}

/// The scalar product: the cosine of unit vectors.
pub fn dot(left: &[f32], right: &[f32]) -> f32 {
    // Sixteen sums beside each other, which the compiler turns into vector instructions.
    let mut sums = [0.0_f32; 16];
    for (left, right) in left.chunks_exact(16).zip(right.chunks_exact(16)) {
        for (sum, (left, right)) in sums.iter_mut().zip(left.iter().zip(right)) {
            *sum += left * right;
        }
    }
    sums.iter().sum()
}

/// A random number of mean 0 and variance 1.
fn spread(random: &mut Rng) -> f32 {
    (random.f32() * 2.0 - 1.0) * 3.0_f32.sqrt()
}

fn unit(dimensions: usize, random: &mut Rng) -> Vec<f32> {
    normalised((0..dimensions).map(|_| spread(random)).collect())
}

fn normalised(vector: Vec<f32>) -> Vec<f32> {
    let length = dot(&vector, &vector).sqrt();
    scaled(vector, 1.0 / length)
}

fn scaled(mut vector: Vec<f32>, factor: f32) -> Vec<f32> {
    for value in &mut vector {
        *value *= factor;
    }
    vector
}

fn add(to: &mut [f32], vector: &[f32], factor: f32) {
    for (sum, value) in to.iter_mut().zip(vector) {
        *sum += value * factor;
    }
}
