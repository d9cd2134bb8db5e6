//! `#{namespace.variable}` in the configuration of an action.

/// Replaces each variable by its value, as it is: CodePipeline escapes nothing.
///
/// # Errors
/// The text of the first variable that has no value.
pub(super) fn resolve(template: &str, value: impl Fn(&str, &str) -> Option<String>) -> Result<String, String> {
    let mut text = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, behind)) = rest.split_once("#{") {
        text.push_str(before);
        let Some((name, after)) = behind.split_once('}') else {
            text.push_str("#{");
            rest = behind;
            continue;
        };
        let found = name.split_once('.').and_then(|(namespace, variable)| value(namespace, variable));
        text.push_str(&found.ok_or_else(|| format!("#{{{name}}}"))?);
        rest = after;
    }
    text.push_str(rest);
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::resolve;

    #[test]
    fn variables_are_replaced_as_they_are() {
        let value = |namespace: &str, name: &str| match (namespace, name) {
            ("codepipeline", "PipelineExecutionId") => Some("e-1".to_owned()),
            ("Source", "Message") => Some("\"#{a.b}".to_owned()),
            _ => None,
        };
        let resolved = resolve(r##"{"e":"#{codepipeline.PipelineExecutionId}","m":"#{Source.Message}"}"##, value);
        assert_eq!(
            resolved.as_deref(),
            Ok("{\"e\":\"e-1\",\"m\":\"\"#{a.b}\"}"),
            "a value is not read again, nor escaped"
        );
        assert_eq!(resolve("#{Source.Other}", value), Err("#{Source.Other}".to_owned()));
        assert_eq!(resolve("#{Source}", value), Err("#{Source}".to_owned()));
        assert_eq!(resolve("# {x} #{open", value).as_deref(), Ok("# {x} #{open"));
    }
}
