//! Texts as people write them, as far as an index notices: few words often, most of them seldom (Zipf's law), the same in
//! every run.

/// Words by how often they are used, the most frequent first.
pub struct Words {
    all: Vec<String>,
    /// Sums of 1/rank up to each word.
    sums: Vec<f64>,
}

const SYLLABLES: [&str; 20] = [
    "ba", "ce", "di", "fo", "gu", "ha", "je", "ki", "lo", "mu", "na", "pe", "qui", "ro", "su", "ta", "ve",
    "wi", "xo", "zu",
];

impl Words {
    pub fn new(count: usize) -> Words {
        let mut all = Vec::with_capacity(count);
        let mut sums = Vec::with_capacity(count);
        let mut sum = 0.0;
        for n in 0..count {
            // Neighbours in rank do not begin alike.
            let mut left = n * 7_919 % 160_000;
            let mut word = String::new();
            for _ in 0..4 {
                word.push_str(SYLLABLES.get(left % SYLLABLES.len()).copied().unwrap_or("ba"));
                left /= SYLLABLES.len();
            }
            all.push(word);
            sum += 1.0 / (n as f64 + 2.0);
            sums.push(sum);
        }
        Words { all, sums }
    }

    /// The word at a rank.
    pub fn nth(&self, rank: usize) -> &str {
        self.all.get(rank).map_or("", String::as_str)
    }

    /// A message: 4 to 24 words, one in twenty with a link.
    pub fn message(&self, random: &mut Random) -> String {
        let count = 4 + random.below(21);
        let mut text = String::new();
        for n in 0..count {
            if n > 0 {
                text.push(' ');
            }
            let at = random.part() * self.sums.last().copied().unwrap_or(1.0);
            text.push_str(self.nth(self.sums.partition_point(|sum| *sum < at)));
        }
        if random.below(20) == 0 {
            text.push_str(" https://example.org/page");
        }
        text
    }
}

/// SplitMix64.
pub struct Random(pub u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub fn below(&mut self, most: usize) -> usize {
        usize::try_from(self.next() % most as u64).unwrap_or(0)
    }

    /// From 0 to 1.
    pub fn part(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }
}
