// Stands in for Google's servers while an app is built (NEXT_FONT_GOOGLE_MOCKED_RESPONSES): the style sheet of each font of
// create-next-app's template, by its URL. With a local font, because Turbopack would fetch the file of another.
const families = ['Geist', 'Geist Mono'];

module.exports = Object.fromEntries(
  families.map((family) => [
    `https://fonts.googleapis.com/css2?family=${family.replaceAll(' ', '+')}:wght@100..900&display=swap`,
    `/* latin */
@font-face {
  font-family: '${family}';
  font-style: normal;
  font-weight: 100 900;
  font-display: swap;
  src: local('Arial');
}
`,
  ]),
);
