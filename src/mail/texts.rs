//! What letters say, once per language. `{..}` is filled in by [`fill`]; a language that lacks a text does not compile.

use crate::domain::language::Language;

/// All texts of one language. `{name}`: the person; `{server}`: this server; `{count}`: how many; `{said}`: who said what.
pub struct Texts {
    pub hello: &'static str,
    pub confirm_subject: &'static str,
    pub confirm: &'static str,
    pub confirm_link: &'static str,
    pub confirm_end: &'static str,
    pub moved_subject: &'static str,
    pub moved: &'static str,
    pub moved_end: &'static str,
    pub reset_subject: &'static str,
    pub reset: &'static str,
    pub reset_link: &'static str,
    pub reset_end: &'static str,
    pub digest_one: &'static str,
    pub digest_many: &'static str,
    pub waits: &'static str,
    pub reminder: &'static str,
    pub open: &'static str,
    pub more: &'static str,
    pub why: &'static str,
    pub unsubscribe: &'static str,
}

pub fn of(language: Language) -> &'static Texts {
    match language {
        Language::En => &ENGLISH,
        Language::De => &GERMAN,
        Language::Fr => &FRENCH,
    }
}

/// Fills in `{key}` for each pair. What is filled in is not looked at again.
pub fn fill(text: &str, pairs: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let Some((key, after)) = after.split_once('}') else { break };
        let value = pairs.iter().find(|(name, _)| *name == key).map_or("", |(_, value)| value);
        filled.push_str(value);
        rest = after;
    }
    filled.push_str(rest);
    filled
}

const ENGLISH: Texts = Texts {
    hello: "Hello {name},",
    confirm_subject: "Confirm your address on {server}",
    confirm: "somebody, most likely you, gave this address on {server}. Confirm that it is yours:",
    confirm_link: "Confirm the address",
    confirm_end: "The link is good for two days. If this was not you, do nothing: no more is sent here.",
    moved_subject: "Your address on {server} was changed",
    moved: "your account on {server} has another e-mail address now; this one counts no longer.",
    moved_end: "If this was not you, log in, change your password, and tell the people who run the server.",
    reset_subject: "A new password on {server}",
    reset: "somebody asked for a new password for your account on {server}. If it was you:",
    reset_link: "Choose a new password",
    reset_end: "The link is good for one hour, and once. If this was not you, do nothing: the password stays.",
    digest_one: "Something waits for you on {server}",
    digest_many: "{count} things wait for you on {server}",
    waits: "this waits for you:",
    reminder: "Reminder: {said}",
    open: "Open",
    more: "and {count} more.",
    why: "You get this because you asked {server} to write to you about what you missed.",
    unsubscribe: "No more of these",
};

const GERMAN: Texts = Texts {
    hello: "Hallo {name},",
    confirm_subject: "Bestätige deine Adresse auf {server}",
    confirm: "jemand, wahrscheinlich du, hat diese Adresse auf {server} angegeben. Bestätige, dass sie deine ist:",
    confirm_link: "Adresse bestätigen",
    confirm_end: "Der Link gilt zwei Tage. Warst du es nicht, dann tu nichts: Hierher wird nichts weiter geschickt.",
    moved_subject: "Deine Adresse auf {server} wurde geändert",
    moved: "dein Konto auf {server} hat jetzt eine andere E-Mail-Adresse; diese gilt nicht mehr.",
    moved_end: "Warst du es nicht, dann melde dich an, ändere dein Passwort und sag denen Bescheid, die den Server betreiben.",
    reset_subject: "Ein neues Passwort auf {server}",
    reset: "jemand möchte ein neues Passwort für dein Konto auf {server}. Wenn du es warst:",
    reset_link: "Neues Passwort wählen",
    reset_end: "Der Link gilt eine Stunde und nur einmal. Warst du es nicht, dann tu nichts: Das Passwort bleibt.",
    digest_one: "Auf {server} wartet etwas auf dich",
    digest_many: "Auf {server} wartet {count}-mal etwas auf dich",
    waits: "das wartet auf dich:",
    reminder: "Erinnerung: {said}",
    open: "Öffnen",
    more: "und {count} weitere.",
    why: "Du bekommst dies, weil {server} dir schreiben soll, was du verpasst hast.",
    unsubscribe: "Keine solchen Briefe mehr",
};

const FRENCH: Texts = Texts {
    hello: "Bonjour {name},",
    confirm_subject: "Confirmez votre adresse sur {server}",
    confirm: "quelqu'un, sans doute vous, a donné cette adresse sur {server}. Confirmez qu'elle est à vous :",
    confirm_link: "Confirmer l'adresse",
    confirm_end: "Le lien est valable deux jours. Si ce n'était pas vous, ne faites rien : plus rien ne sera envoyé ici.",
    moved_subject: "Votre adresse sur {server} a changé",
    moved: "votre compte sur {server} a maintenant une autre adresse e-mail ; celle-ci ne compte plus.",
    moved_end: "Si ce n'était pas vous, connectez-vous, changez votre mot de passe et prévenez les responsables du serveur.",
    reset_subject: "Un nouveau mot de passe sur {server}",
    reset: "quelqu'un a demandé un nouveau mot de passe pour votre compte sur {server}. Si c'était vous :",
    reset_link: "Choisir un nouveau mot de passe",
    reset_end: "Le lien est valable une heure, et une seule fois. Si ce n'était pas vous, ne faites rien : le mot de passe reste.",
    digest_one: "Quelque chose vous attend sur {server}",
    digest_many: "{count} choses vous attendent sur {server}",
    waits: "voici ce qui vous attend :",
    reminder: "Rappel : {said}",
    open: "Ouvrir",
    more: "et {count} de plus.",
    why: "Vous recevez ceci parce que vous avez demandé à {server} de vous écrire ce que vous avez manqué.",
    unsubscribe: "Ne plus recevoir ces lettres",
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_filled_in_is_not_looked_at_again() {
        let pairs = [("name", "{server}"), ("server", "a.example")];
        assert_eq!(fill("Hello {name} of {server}, {nobody}!", &pairs), "Hello {server} of a.example, !");
        assert_eq!(fill("plain", &pairs), "plain");
    }
}
