// The search of search.py, over the same index: the weights are whole numbers that were worked out there, so both
// find the same in the same order. Nothing is asked of anybody but the index, once.

const QUERY_CHARACTERS_MAX = 200;
const QUERY_WORDS_MAX = 12;
const PER_PAGE_MAX = 2;
const WORD_CHARACTERS_MIN = 2;
const SHORTENED_MIN = 3;
const SHORTENED_SHARE_MIN = 0.6;
const EXACT = 10;
const BEGINNING = 7;
const MATCHES_POWER = 3;
const NAMED = 2;

export async function loadIndex(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`the index answered ${answer.status}`);
  const content = await answer.json();
  const stopWords = new Set(content.stop_words.split(" "));
  const nameOf = ([page, heading]) => (heading ? "" : named(stopWords, content.pages[page][1]));
  return {
    pages: content.pages,
    entries: content.entries,
    names: content.entries.map(nameOf),
    terms: content.terms.split(" "),
    postings: content.postings,
    stopWords,
  };
}

export function search(index, query, limit) {
  const scores = new Map();
  const matches = new Map();
  const words = queryWords(index.stopWords, query);
  for (const word of words) {
    const best = new Map();
    for (const [position, factor] of matching(index.terms, word)) {
      const places = index.postings[position];
      for (let at = 0, place = 0; at < places.length; at += 2) {
        place += places[at];
        best.set(place, Math.max(best.get(place) ?? 0, places[at + 1] * factor));
      }
    }
    for (const [place, score] of best) {
      scores.set(place, (scores.get(place) ?? 0) + score);
      matches.set(place, (matches.get(place) ?? 0) + 1);
    }
  }
  const asked = named(index.stopWords, query);
  const rank = (place) =>
    scores.get(place) * matches.get(place) ** MATCHES_POWER * (index.names[place] === asked ? NAMED : 1);
  const ranked = [...scores.keys()].sort((one, other) => rank(other) - rank(one) || one - other);
  return thinned(index, ranked)
    .slice(0, limit)
    .map((place) => found(index, place));
}

function queryWords(stopWords, query) {
  const words = folded(query.slice(0, QUERY_CHARACTERS_MAX)).match(/[\p{L}\p{N}_]+/gu) ?? [];
  const counting = words.map(stem).filter((word) => word.length >= WORD_CHARACTERS_MIN && !stopWords.has(word));
  return [...new Set(counting)].slice(0, QUERY_WORDS_MAX);
}

function named(stopWords, text) {
  return queryWords(stopWords, text.replaceAll("-", "")).join(" ");
}

function folded(text) {
  return text.toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "");
}

function stem(word) {
  if (word.includes("_") || word.length <= 3 || !word.endsWith("s") || /(ss|us|is)$/.test(word)) return word;
  if (word.endsWith("ies")) return word.slice(0, -3) + "y";
  return word.endsWith("sses") ? word.slice(0, -2) : word.slice(0, -1);
}

function* matching(terms, word) {
  const shortest = Math.max(SHORTENED_MIN, Math.ceil(word.length * SHORTENED_SHARE_MIN));
  let [first, last] = beginningWith(terms, word);
  while (first === last && word.length > shortest) {
    word = word.slice(0, -1);
    [first, last] = beginningWith(terms, word);
  }
  for (let position = first; position < last; position += 1) {
    const term = terms[position];
    const factor = term === word ? EXACT : Math.floor((BEGINNING * word.length) / term.length);
    if (factor) yield [position, factor];
  }
}

function beginningWith(terms, word) {
  let low = 0;
  let high = terms.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (terms[middle] < word) low = middle + 1;
    else high = middle;
  }
  let last = low;
  while (last < terms.length && terms[last].startsWith(word)) last += 1;
  return [low, last];
}

function thinned(index, places) {
  const seen = new Map();
  return places.filter((place) => {
    const [page] = index.entries[place];
    seen.set(page, (seen.get(page) ?? 0) + 1);
    return seen.get(page) <= PER_PAGE_MAX;
  });
}

function found(index, place) {
  const [page, heading, anchor, excerpt] = index.entries[place];
  const [address, title, section] = index.pages[page];
  return { address: anchor ? `${address}#${anchor}` : address, title, heading, section, excerpt };
}
