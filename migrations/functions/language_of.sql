-- The language of a text, as Postgres' stemmers are called: by its script, else by how many of 25 frequent words of each language its
-- first 600 characters have (`ts_rank` of words joined by `|` is the mean over all of them). English where none tells.
CREATE OR REPLACE FUNCTION app.language_of(content text) RETURNS text
  LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET plan_cache_mode = 'force_generic_plan'
  AS $$
DECLARE
  head text := "left"(content, 600);
  words tsvector;
  language text;
BEGIN
  IF octet_length(head) > length(head) * 1.3 THEN
    language := CASE
      WHEN head ~ '[\u0400-\u04ff]{2}' THEN 'russian'
      WHEN head ~ '[\u0370-\u03ff]{2}' THEN 'greek'
      WHEN head ~ '[\u0600-\u06ff]{2}' THEN 'arabic'
      WHEN head ~ '[\u0900-\u097f]{2}' THEN 'hindi'
      WHEN head ~ '[\u0530-\u058f]{2}' THEN 'armenian'
      WHEN head ~ '[\u0b80-\u0bff]{2}' THEN 'tamil' END;
    IF language IS NOT NULL THEN
      RETURN language;
    END IF;
  END IF;
  words := to_tsvector('simple', lower(head COLLATE pg_c_utf8));
  SELECT l.language INTO language FROM (VALUES
    ('english', 'the|and|of|to|a|is|in|it|for|that|with|this|you|on|are|be|my|what|how|i|was|we|not|have|do'::tsquery),
    ('german', 'der|die|das|und|ist|nicht|ich|ein|eine|zu|mit|den|auf|für|von|wie|im|es|sich|dem|wir|in|kann|auch|war'),
    ('french', 'le|la|les|des|et|est|une|un|du|pour|que|pas|dans|je|qui|sur|avec|ce|il|au|en|de|ne|nous|vous'),
    ('spanish', 'el|la|los|las|de|y|por|con|para|una|un|del|se|su|como|lo|más|mi|es|que|en|cómo|qué|no|al'),
    ('portuguese', 'o|os|as|da|do|em|um|uma|não|com|no|na|e|ao|é|dos|de|que|para|por|se|como|mais|meu|ou'),
    ('italian', 'di|che|è|per|non|sono|della|nel|gli|come|alla|ho|il|la|un|una|del|le|con|si|i|da|e|in|lo'),
    ('dutch', 'de|het|van|een|niet|ik|op|te|dat|voor|met|zijn|er|aan|hoe|om|en|in|is|die|maar|je|wat|mijn|naar'),
    ('swedish', 'och|att|det|som|är|på|för|med|inte|av|jag|till|ett|hur|en|i|den|har|de|om|kan|vi|var|från|men'),
    ('danish', 'og|at|det|som|er|på|for|med|ikke|af|jeg|til|et|hvordan|en|i|den|har|de|om|kan|vi|var|fra|men'),
    ('norwegian', 'og|å|det|som|er|på|for|med|ikke|av|jeg|til|et|hvordan|en|i|den|har|de|om|kan|vi|var|fra|men'),
    ('finnish', 'ja|on|ei|että|se|oli|mutta|kun|niin|minä|miten|ovat|olen|mitä|tai|hän|joka|voi|ole|sitä|kuin|myös|nyt|sen|jos'),
    ('hungarian', 'a|az|és|hogy|nem|egy|van|meg|csak|mint|de|is|ez|ha|volt|el|már|vagy|mi|hogyan|azt|kell|lesz|be|én'),
    ('turkish', 've|bir|bu|için|ile|çok|ne|nasıl|değil|ben|olarak|da|de|daha|gibi|var|o|mi|ama|kadar|en|sonra|bana|olan|her')
  ) AS l (language, frequent)
  ORDER BY ts_rank('{1,1,1,1}', words, l.frequent) DESC, l.language <> 'english' LIMIT 1;
  RETURN language;
END
$$;
REVOKE ALL ON FUNCTION app.language_of(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.language_of(text) TO parley_app, parley_system;
