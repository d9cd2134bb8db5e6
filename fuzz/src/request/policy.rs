//! The policies of the requests.

use arbitrary::Result;
use serde_json::{Map, Value, json};

use super::{IDS, Maker};

const PATTERNS: [&str; 14] = [
    "**",
    "**/*.map",
    "public/**",
    "posts/*.md",
    "posts/**/*.{md,html}",
    "*",
    "app-[hash].js",
    "app-[hash:8].{js,css}",
    "[!a]*",
    "public/docs/*",
    "p/**/**/b",
    "{a,b",
    "**x",
    "?.html",
];
const TEMPLATES: [&str; 11] =
    ["/", "/*", "/feed.xml", "/posts/{1}/", "/{0}", "/{1}/{2}*", "/a~b", "/%20", "{1}", "/t/{9}", "/{4294967296}"];
const FOLDER_NAMES: [&str; 8] = ["", "public", "/public/", "posts", "p/q", "production", "/", "日"];

impl Maker<'_, '_> {
    pub(super) fn policy(&mut self) -> Result<Value> {
        let mut policy = Map::new();
        for (field, make) in [
            ("preset", (|maker| maker.text(&["article", "sound"])) as fn(&mut Self) -> Result<Value>),
            ("bucket", |maker| maker.text(&["b", "site"])),
            ("mappings", |maker| maker.list(2, Self::mapping)),
            ("ignore", Self::patterns),
            ("fingerprinted", Self::patterns),
            ("dependents", |maker| maker.list(2, Self::dependents)),
            ("query_strings", Self::patterns),
            ("added", |maker| maker.text(&["purge", "skip"])),
            ("deleted", |maker| maker.text(&["purge", "when-removed"])),
            ("urls", Self::forms),
            ("lookback", |maker| Ok(json!({ "minutes": maker.input.arbitrary::<u8>()?, "commits": 3 }))),
            ("max_paths", |maker| Ok(json!({ "limit": maker.count(4)?, "then": maker.pick(&["refuse", "widen"])? }))),
            ("cover", Self::cover),
            ("distributions", |maker| maker.list(2, Self::distribution)),
        ] {
            self.maybe(&mut policy, field, make)?;
        }
        Ok(Value::Object(policy))
    }

    /// A count, mostly small; or one at which pointers of 32 or of 64 bits end.
    pub(super) fn count(&mut self, most: u64) -> Result<u64> {
        if self.chance(12)? {
            return self.pick(&[u64::from(u32::MAX) - 1, u64::from(u32::MAX), 1 << 32, u64::MAX]);
        }
        self.input.int_in_range(0..=most)
    }

    fn mapping(&mut self) -> Result<Value> {
        Ok(json!({ "source": self.pick(&FOLDER_NAMES)?, "prefix": self.pick(&FOLDER_NAMES)? }))
    }

    fn patterns(&mut self) -> Result<Value> {
        self.list(2, |maker| maker.text(&PATTERNS))
    }

    fn dependents(&mut self) -> Result<Value> {
        Ok(json!({ "when": self.pick(&PATTERNS)?, "purge": self.list(2, |maker| maker.text(&TEMPLATES))? }))
    }

    fn forms(&mut self) -> Result<Value> {
        let mut forms = Map::new();
        for field in ["directory", "bare_directory", "clean"] {
            self.maybe(&mut forms, field, |maker| Ok(json!(maker.input.arbitrary::<bool>()?)))?;
        }
        for field in ["default_root_object", "index_document"] {
            self.maybe(&mut forms, field, |maker| maker.text(&["index.html", "", "a.html", "/x", "~x.js"]))?;
        }
        Ok(Value::Object(forms))
    }

    fn cover(&mut self) -> Result<Value> {
        let mode = self.pick(&["exact", "lossless", "budget", "budget"])?;
        let mut cover = Map::from_iter([(String::from("mode"), json!(mode))]);
        if mode == "budget" {
            cover.insert("paths".into(), json!(self.count(5)?));
            self.maybe(&mut cover, "infeasible", |maker| maker.text(&["error", "chunks"]))?;
        }
        if mode != "exact" {
            self.maybe(&mut cover, "wildcards", |maker| Ok(json!(maker.count(3)?)))?;
            self.maybe(&mut cover, "other_origins", |maker| Ok(json!(maker.input.arbitrary::<bool>()?)))?;
        }
        Ok(Value::Object(cover))
    }

    fn distribution(&mut self) -> Result<Value> {
        let mut distribution = Map::from_iter([(String::from("id"), self.text(&IDS)?)]);
        self.maybe(&mut distribution, "origin_path", |maker| maker.text(&["", "/production", "/p/q", "p"]))?;
        self.maybe(&mut distribution, "urls", Self::forms)?;
        self.maybe(&mut distribution, "ignore", Self::patterns)?;
        self.maybe(&mut distribution, "query_strings", Self::patterns)?;
        Ok(Value::Object(distribution))
    }
}
