//! Requests made of bytes: right in most fields, so that they reach deep, and wrong in a few.

#[path = "request/policy.rs"] // The engines' tests have this file by its path, too.
mod policy;

use arbitrary::{Result, Unstructured};
use serde_json::{Map, Value, json};

use crate::render::{self, Item, Side};

const FOLDERS: [&[u8]; 7] = [b"", b"", b"public/", b"public/docs/", b"posts/", b"p/q/", b"production/"];
const FILES: [&[u8]; 16] = [
    b"index.html",
    b"index.html",
    b"a.html",
    b"a b.html",
    b"b.md",
    b"x.map",
    b"\xE6\x97\xA5.html",
    b"~x.js",
    b"a~b.js",
    b"c*",
    b"app-1234abcd.js",
    b"app-12345678.js",
    b"\xFFz",
    b"a%2Fb",
    b"index",
    b"d\\e\n?",
];
const URLS: [&str; 10] =
    ["/", "/a.html", "/a%20b.html", "/docs/", "/docs", "https://h/a.html?x#y", "/~x.js", "/%E6%97%A5.html", "a", "/%2"];
const BEHAVIOURS: [&str; 8] = ["*", "/a*", "*.html", "docs/*", "/?.html", "/", "index.html", "/%E6*"];
const IDS: [&str; 4] = ["E1", "E1", "E2", ""];

/// The request and its attachments.
pub(crate) fn request(input: &mut Unstructured<'_>) -> Result<(Vec<u8>, Vec<Vec<u8>>)> {
    let mut maker = Maker { input, attachments: Vec::new() };
    let mut request = maker.request()?;
    for _ in 0..maker.input.int_in_range(0_u8..=9)?.saturating_sub(7) {
        maker.spoil(&mut request)?;
    }
    Ok((request.to_string().into_bytes(), maker.attachments))
}

struct Maker<'i, 'b> {
    input: &'i mut Unstructured<'b>,
    attachments: Vec<Vec<u8>>,
}

impl Maker<'_, '_> {
    fn request(&mut self) -> Result<Value> {
        let op = self.pick(&["plan", "plan", "plan", "explain", "explain", "parse", "check"])?;
        let mut request = Map::from_iter([(String::from("op"), json!(op))]);
        if op != "parse" {
            self.policy_source(&mut request)?;
        }
        if op != "check" {
            request.insert("diffs".into(), self.list(3, Self::diff)?);
        }
        if matches!(op, "plan" | "explain") {
            match self.input.int_in_range(0..=8)? {
                0..=2 => drop(request.insert("trigger".into(), self.trigger()?)),
                3 => drop(request.insert("deploy".into(), self.deploy()?)),
                4 => drop(request.insert("everything".into(), self.text(&["the base is not known", ""])?)),
                _ => {}
            }
            if self.chance(5)? {
                request.insert("widen_to".into(), json!(self.count(4)?));
            }
            self.maybe(&mut request, "identity", |maker| maker.list(2, |maker| maker.text(&IDS)))?;
            self.maybe(&mut request, "live", Self::live)?;
            if self.chance(3)? {
                request.insert("distribution".into(), self.text(&IDS)?);
            }
            if self.chance(2)? {
                request.insert("distribution_configs".into(), self.list(2, Self::config)?);
            }
        }
        if op != "parse" && self.chance(4)? {
            request.insert("render".into(), self.render()?);
        }
        if op == "explain" {
            let (field, value) = if self.chance(2)? {
                ("url", self.text(&URLS)?)
            } else {
                ("path", json!(purgeplan_core::escape(&self.name()?)))
            };
            request.insert(field.into(), value);
        }
        Ok(Value::Object(request))
    }

    fn deploy(&mut self) -> Result<Value> {
        let commit = |digit: &str| json!(digit.repeat(40));
        let base = if self.chance(3)? { commit("1") } else { Value::Null };
        let (site, execution) = (self.pick(&["site", "日"])?, self.pick(&["e-1", "a b", ""])?);
        Ok(json!({ "site": site, "base": base, "head": commit("2"), "execution": execution }))
    }

    fn render(&mut self) -> Result<Value> {
        let format = self.pick(&["text", "text", "markdown", "aws-cli"])?;
        let colour: bool = self.input.arbitrary()?;
        Ok(json!({ "format": format, "colour": colour, "attachment_names": ["policy.json", "a\u{1b}[1mb"] }))
    }

    fn policy_source(&mut self, request: &mut Map<String, Value>) -> Result<()> {
        match self.input.int_in_range(0..=7)? {
            0 => {}
            1 => drop(request.insert("preset".into(), self.text(&["article", "sound"])?)),
            2 => {
                let policy = self.policy()?.to_string().into_bytes();
                request.insert("policy_attachment".into(), self.attach(policy));
            }
            _ => drop(request.insert("policy".into(), self.policy()?)),
        }
        Ok(())
    }

    fn diff(&mut self) -> Result<Value> {
        let mut items = Vec::new();
        for _ in 0..self.input.int_in_range(0..=6)? {
            items.push(self.item()?);
        }
        items.sort_by(|one: &Item, other| one.path.cmp(&other.path));
        items.dedup_by(|one, other| one.path == other.path);
        let (format, parts) = match self.input.int_in_range(0..=7)? {
            0 => ("unified", vec![render::unified(&items, ("a/", "b/"), &[])]),
            1 => ("name-status", vec![render::name_status(&items, self.input.arbitrary()?)]),
            2 => ("codecommit", vec![render::codecommit(&items, 2)]),
            3 => ("manifests", render::manifests(&items).to_vec()),
            4 => ("git-raw", vec![self.input.bytes(self.input.len().min(20))?.to_vec()]),
            5 => ("raw", vec![render::raw(&items, self.input.arbitrary()?)]),
            6 => ("name-only", vec![self.names(6, b'\0')?]),
            _ => ("git-raw", vec![render::raw(&items, true)]),
        };
        let attachments: Vec<Value> = parts.into_iter().map(|part| self.attach(part)).collect();
        let format = if self.chance(4)? { "auto" } else { format };
        let mut diff = Map::from_iter([
            (String::from("format"), json!(format)),
            (String::from("attachments"), Value::Array(attachments)),
        ]);
        self.maybe(&mut diff, "partial", |maker| Ok(json!(maker.input.arbitrary::<bool>()?)))?;
        self.maybe(&mut diff, "base", |maker| maker.text(&IDS))?;
        self.maybe(&mut diff, "head", |maker| maker.text(&IDS))?;
        Ok(Value::Object(diff))
    }

    fn item(&mut self) -> Result<Item> {
        let path = self.name()?;
        let mode = self.pick(&[0o100_644, 0o100_644, 0o100_644, 0o100_755, 0o120_000, 0o160_000])?;
        let (old, new) = (Side { mode: 0o100_644, id: "1".repeat(40) }, Side { mode, id: "2".repeat(40) });
        let (before, after) = match self.input.int_in_range(0..=4)? {
            0 => (None, Some(new)),
            1 => (Some(new), None),
            2 => (Some(old.clone()), Some(Side { mode, ..old })),
            _ => (Some(old), Some(new)),
        };
        let whole = before.is_some() && after.as_ref().is_some_and(|side| side.mode == 0o100_644);
        let from = if whole && self.chance(4)? { Some(self.name()?) } else { None };
        Ok(Item { path, from, copy: self.input.arbitrary()?, before, after })
    }

    fn trigger(&mut self) -> Result<Value> {
        let encoding = self.pick(&["plain", "s3-event"])?;
        let key = |maker: &mut Self| Ok(json!(purgeplan_core::escape(&maker.name()?)));
        let mut trigger = Map::from_iter([
            (String::from("encoding"), json!(encoding)),
            (String::from("uploaded"), self.list(3, key)?),
            (String::from("removed"), self.list(2, key)?),
        ]);
        for field in ["uploaded_attachment", "removed_attachment"] {
            self.maybe(&mut trigger, field, |maker| {
                let keys = maker.names(4, b'\0')?;
                Ok(maker.attach(keys))
            })?;
        }
        Ok(Value::Object(trigger))
    }

    fn live(&mut self) -> Result<Value> {
        let separator = self.pick(b"\0\n")?;
        let urls = self.chance(4)?;
        let entries = if urls {
            let mut text = Vec::new();
            for _ in 0..self.input.int_in_range(0..=5)? {
                text.extend([self.pick(&URLS[..5])?.as_bytes(), &[separator]].concat());
            }
            text
        } else {
            self.names(12, separator)?
        };
        let complete = !self.chance(4)?;
        Ok(
            json!({ "attachment": self.attach(entries), "complete": complete, "kind": if urls { "urls" } else { "keys" } }),
        )
    }

    fn config(&mut self) -> Result<Value> {
        let origins = json!({ "Items": [
            { "Id": "o", "DomainName": "b.s3.amazonaws.com", "OriginPath": self.pick(&["", "/production"])? },
            { "Id": "w", "DomainName": self.pick(&["api.example.com", "b.s3-website-eu-west-1.amazonaws.com"])?, "CustomOriginConfig": {} },
        ] });
        let document = json!({ "DistributionConfig": {
            "DefaultRootObject": self.pick(&["index.html", "", "a.html"])?,
            "Origins": origins,
            "OriginGroups": { "Items": [{ "Id": "g", "Members": { "Items": [{ "OriginId": "o" }, { "OriginId": "w" }] } }] },
            "DefaultCacheBehavior": self.behaviour()?,
            "CacheBehaviors": { "Items": self.list(3, |maker| {
                let mut behaviour = maker.behaviour()?;
                behaviour["PathPattern"] = maker.text(&BEHAVIOURS)?;
                Ok(behaviour)
            })? },
            "CustomErrorResponses": { "Items": self.list(1, |maker| Ok(json!({
                "ErrorCode": maker.pick(&[403, 404, 500])?, "ResponsePagePath": "/a.html",
                "ErrorCachingMinTTL": maker.pick(&[0, 300])?,
            })))? },
        } });
        let document = document.to_string().into_bytes();
        Ok(json!({ "id": self.pick(&IDS)?, "attachment": self.attach(document) }))
    }

    fn behaviour(&mut self) -> Result<Value> {
        let disabled = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad";
        let events =
            self.list(1, |maker| Ok(json!({ "EventType": maker.pick(&["viewer-request", "viewer-response"])? })))?;
        let mut behaviour =
            json!({ "TargetOriginId": self.pick(&["o", "o", "w", "g"])?, "FunctionAssociations": { "Items": events } });
        match self.input.int_in_range(0..=4)? {
            0 => behaviour["CachePolicyId"] = json!(disabled),
            1 => {
                behaviour["ForwardedValues"] = json!({});
                behaviour["MaxTTL"] = json!(0);
            }
            _ => {}
        }
        Ok(behaviour)
    }

    fn name(&mut self) -> Result<Vec<u8>> {
        let (folder, file) = (self.pick(&FOLDERS)?, self.pick(&FILES)?);
        Ok(if self.chance(50)? { [folder, &file.repeat(500)].concat() } else { [folder, file].concat() })
    }

    fn names(&mut self, most: usize, separator: u8) -> Result<Vec<u8>> {
        let mut names = Vec::new();
        for _ in 0..self.input.int_in_range(0..=most)? {
            names.extend(self.name()?);
            names.push(separator);
        }
        Ok(names)
    }

    /// Puts something else in the place of a value, or a field nobody knows into an object.
    fn spoil(&mut self, value: &mut Value) -> Result<()> {
        match value {
            Value::Object(fields) if !fields.is_empty() && !self.chance(5)? => {
                let at = self.input.choose_index(fields.len())?;
                self.spoil(fields.values_mut().nth(at).expect("it is one of them"))
            }
            Value::Array(items) if !items.is_empty() && !self.chance(5)? => {
                let at = self.input.choose_index(items.len())?;
                self.spoil(&mut items[at])
            }
            Value::Object(fields) if self.input.arbitrary()? => {
                fields.insert(String::from("x"), Value::Null);
                Ok(())
            }
            _ => {
                *value =
                    self.pick(&[json!(null), json!(""), json!(99), json!([]), json!({}), json!("\\x"), json!(true)])?;
                Ok(())
            }
        }
    }

    fn attach(&mut self, bytes: Vec<u8>) -> Value {
        self.attachments.push(bytes);
        json!(self.attachments.len() - 1)
    }

    fn maybe(
        &mut self,
        fields: &mut Map<String, Value>,
        name: &str,
        make: impl FnOnce(&mut Self) -> Result<Value>,
    ) -> Result<()> {
        if self.chance(3)? {
            let value = make(self)?;
            fields.insert(name.to_owned(), value);
        }
        Ok(())
    }

    fn list(&mut self, most: usize, mut make: impl FnMut(&mut Self) -> Result<Value>) -> Result<Value> {
        let length = self.input.int_in_range(0..=most)?;
        (0..length).map(|_| make(self)).collect::<Result<Vec<Value>>>().map(Value::Array)
    }

    fn text(&mut self, choices: &[&str]) -> Result<Value> {
        Ok(json!(self.pick(choices)?))
    }

    fn pick<T: Clone>(&mut self, choices: &[T]) -> Result<T> {
        self.input.choose(choices).cloned()
    }

    /// Once in so many times.
    fn chance(&mut self, times: u8) -> Result<bool> {
        self.input.ratio(1, times)
    }
}
