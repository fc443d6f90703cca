// What the library holds is called what it is: songs that are heard, or items of any other kind (`audiorec import items`).

let holdsItems = false;
export const learnWords = (status) => { holdsItems = status.holds === "items"; };
export const hasItems = () => holdsItems;

const ITEMS = [
  ["descriptors and lyrics", "vectors"],
  ["Songs that sound alike", "Items that are alike"], ["Songs", "Items"], ["songs", "items"], ["song", "item"], ["Artists", "Creators"],
  ["artists", "creators"], ["artist", "creator"], ["Listener", "User"], ["listeners", "users"], ["Listens", "Events"],
  ["played", "chosen"], ["play", "choose"], ["heard", "met"], ["sounds alike", "is alike"], ["sound", "vector"],
];
// A sentence of the page, never a title: those say what they say.
export const named = (text) => (holdsItems ? ITEMS.reduce((said, [word, other]) => said.replaceAll(word, other), text) : text);
export const countOf = (songs) => named(`${songs.length} ${songs.length === 1 ? "song" : "songs"}`);
