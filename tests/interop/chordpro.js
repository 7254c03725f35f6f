// Reads ChordPro on standard input with chordsheetjs and prints the title, the sections and the words as JSON.
const {ChordProParser} = require("chordsheetjs");
const song = new ChordProParser().parse(require("fs").readFileSync(0, "utf8"));
const lines = (paragraph) => paragraph.lines.map((line) =>
  line.items.map((item) => item.lyrics || (item.name === "comment" ? item.value : "") || "").join(""));
const sections = song.paragraphs.map((one) => ({type: one.type, label: one.label, lines: lines(one)}));
process.stdout.write(JSON.stringify({title: song.title, sections}));
