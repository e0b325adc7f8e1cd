-- A word without what people leave out when they type: accents, vowel marks, ligatures, letters with a stroke. In lower case before.
-- Marks that make another letter in their script stay.
CREATE OR REPLACE FUNCTION app.folded(word text) RETURNS text
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN CASE WHEN octet_length(word) = length(word) THEN word ELSE normalize(translate(regexp_replace(
    normalize(replace(replace(replace(word, 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), NFKD),
    '[\u0300-\u036f\u0591-\u05c7\u0640\u064b-\u065f\u0670\u093c]', '', 'g'), 'ıøđðłħς', 'ioddlhσ'), NFC) END;
REVOKE ALL ON FUNCTION app.folded(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.folded(text) TO parley_app, parley_system;
