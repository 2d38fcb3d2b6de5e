//! RFC 9421 as far as it knows nothing of this protocol: one labelled signature of a field, and the text
//! that is signed, for any components and any parameters.

use std::borrow::Cow;

use sfv::{Dictionary, FieldType as _, InnerList, Item, ListEntry, Parser, Version};

/// The member `label` of a dictionary field that has no other, in its one spelling (RFC 8941 section 4.1).
/// A proxy that joined two fields, or a second value that a lenient reader would prefer, is thereby refused.
pub(super) fn only_member(fields: &[&str], label: &str, bytes_max: usize) -> Option<ListEntry> {
    let [field] = fields else { return None };
    if field.len() > bytes_max {
        return None;
    }
    let mut members: Dictionary = Parser::new(*field).with_version(Version::Rfc8941).parse().ok()?;
    if members.len() != 1 || members.serialize().as_deref() != Some(*field) {
        return None;
    }
    members.swap_remove(label)
}

pub(super) fn field(label: &str, member: impl Into<ListEntry>) -> Option<String> {
    let label = sfv::KeyRef::from_str(label).ok()?.to_owned();
    Dictionary::from_iter([(label, member.into())]).serialize()
}

/// A component's name, if it has no parameters.
pub(super) fn plain_name(component: &Item) -> Option<&str> {
    if component.params.is_empty() { Some(component.bare_item.as_string()?.as_str()) } else { None }
}

/// RFC 9421 section 2.5: the signature base. `None` when a component has no value, one that could pass for
/// another line, or stands twice.
pub(super) fn signature_base<'a>(
    covered: &InnerList,
    value: impl Fn(&Item) -> Option<Cow<'a, str>>,
) -> Option<String> {
    let mut base = String::new();
    for (at, component) in covered.items.iter().enumerate() {
        if covered.items.iter().take(at).any(|earlier| earlier == component) {
            return None;
        }
        let value = value(component)?;
        if !value.bytes().all(|byte| (0x20..=0x7e).contains(&byte)) {
            return None;
        }
        let value = value.trim();
        base.extend([component.serialize().as_str(), ": ", value, "\n"]);
    }
    let params = vec![ListEntry::InnerList(covered.clone())].serialize()?;
    base.extend(["\"@signature-params\": ", &params]);
    Some(base)
}
