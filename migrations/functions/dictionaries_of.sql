-- The stemmers of a text's language: by its script, else by how many of 25 frequent words of each language its first 600 characters have (`ts_rank` of
-- words joined by `|` is the mean over all of them). The likeliest first; of a short text several where it may be in any of them, and all of them where no word tells: it
-- is then read in each.
CREATE OR REPLACE FUNCTION app.dictionaries_of(content text) RETURNS regdictionary[]
  LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET plan_cache_mode = 'force_generic_plan'
  AS $$
DECLARE
  head text := "left"(content, 600);
  words tsvector;
  script text;
  found regdictionary[];
BEGIN
  IF octet_length(head) > length(head) * 1.3 THEN
    script := CASE
      WHEN head ~ '[\u0400-\u04ff]{2}' THEN 'russian'
      WHEN head ~ '[\u0370-\u03ff]{2}' THEN 'greek'
      WHEN head ~ '[\u0600-\u06ff]{2}' THEN 'arabic'
      WHEN head ~ '[\u0900-\u097f]{2}' THEN 'hindi'
      WHEN head ~ '[\u0530-\u058f]{2}' THEN 'armenian'
      WHEN head ~ '[\u0b80-\u0bff]{2}' THEN 'tamil' END;
    IF script IS NOT NULL THEN
      RETURN ARRAY[(script || '_stem')::regdictionary];
    END IF;
  END IF;
  words := to_tsvector('simple', lower(head COLLATE pg_c_utf8));
  -- A frequent word of English tells; one word of another language, of which `al` and `in` are words of several, does not.
  SELECT array_agg(dictionary ORDER BY share DESC, number) FILTER (WHERE share >= 0.7 * best OR best < CASE WHEN number_of_best = 1 THEN 0.01 ELSE 0.045 END)
  INTO found FROM (
    SELECT *, max(share) OVER () AS best, first_value(number) OVER (ORDER BY share DESC, number) AS number_of_best FROM (
      SELECT dictionary, number, ts_rank('{1,1,1,1}', words, frequent) AS share
      FROM (VALUES
        (1, 'english_stem'::regdictionary, 'the|and|of|to|a|is|in|it|for|that|with|this|you|on|are|be|my|what|how|i|was|we|not|have|do'::tsquery),
        (2, 'german_stem', 'der|die|das|und|ist|nicht|ich|ein|eine|zu|mit|den|auf|für|von|wie|im|es|sich|dem|wir|in|kann|auch|war'),
        (3, 'french_stem', 'le|la|les|des|et|est|une|un|du|pour|que|pas|dans|je|qui|sur|avec|ce|il|au|en|de|ne|nous|vous'),
        (4, 'spanish_stem', 'el|la|los|las|de|y|por|con|para|una|un|del|se|su|como|lo|más|mi|es|que|en|cómo|qué|no|al'),
        (5, 'portuguese_stem', 'o|os|as|da|do|em|um|uma|não|com|no|na|e|ao|é|dos|de|que|para|por|se|como|mais|meu|ou'),
        (6, 'italian_stem', 'di|che|è|per|non|sono|della|nel|gli|come|alla|ho|il|la|un|una|del|le|con|si|i|da|e|in|lo'),
        (7, 'dutch_stem', 'de|het|van|een|niet|ik|op|te|dat|voor|met|zijn|er|aan|hoe|om|en|in|is|die|maar|je|wat|mijn|naar'),
        (8, 'swedish_stem', 'och|att|det|som|är|på|för|med|inte|av|jag|till|ett|hur|en|i|den|har|de|om|kan|vi|var|från|men'),
        (9, 'danish_stem', 'og|at|det|som|er|på|for|med|ikke|af|jeg|til|et|hvordan|en|i|den|har|de|om|kan|vi|var|fra|men'),
        (10, 'norwegian_stem', 'og|å|det|som|er|på|for|med|ikke|av|jeg|til|et|hvordan|en|i|den|har|de|om|kan|vi|var|fra|men'),
        (11, 'finnish_stem', 'ja|on|ei|että|se|oli|mutta|kun|niin|minä|miten|ovat|olen|mitä|tai|hän|joka|voi|ole|sitä|kuin|myös|nyt|sen|jos'),
        (12, 'hungarian_stem', 'a|az|és|hogy|nem|egy|van|meg|csak|mint|de|is|ez|ha|volt|el|már|vagy|mi|hogyan|azt|kell|lesz|be|én'),
        (13, 'turkish_stem', 've|bir|bu|için|ile|çok|ne|nasıl|değil|ben|olarak|da|de|daha|gibi|var|o|mi|ama|kadar|en|sonra|bana|olan|her')
      ) AS l (number, dictionary, frequent) OFFSET 0) shares) ranked;
  -- In several only what is short: each takes its time.
  RETURN CASE WHEN length(content) > 300 THEN found[1:1] ELSE found END;
END
$$;
REVOKE ALL ON FUNCTION app.dictionaries_of(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.dictionaries_of(text) TO parley_app, parley_system;
