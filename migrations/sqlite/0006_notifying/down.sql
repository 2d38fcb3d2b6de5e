DROP TABLE email_tokens;
DROP TABLE emails;
DROP TABLE keywords;
DROP TABLE attention;
DROP TABLE pushes;
DROP TABLE push_endpoints;
