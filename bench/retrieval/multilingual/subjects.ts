/**
 * What the questions ask about: TypeScript's diagnostics by the numbers at the end of their keys. Two numbers are two
 * messages that say the same, and either is a right answer.
 */
export const SUBJECTS = {
  abstractClass: [2511],
  allowJs: [6600, 6102],
  asyncFunction: [80006],
  awaitTop: [1375, 1308, 1378],
  bigNumber: [80008],
  bom: [6622],
  byReference: [2839],
  casing: [6637, 1261, 1149],
  catchUnknown: [6803],
  comments: [6688, 6009],
  cpuProfile: [6638, 6223],
  defaultImport: [6011, 6601],
  defaultTwice: [1113],
  downstream: [6640],
  excludeDirectories: [6628],
  explainFiles: [6631, 6505],
  fallthrough: [6664, 6076],
  incremental: [6642],
  locale: [6654, 6156],
  mergeConflict: [1185],
  moduleMissing: [2307],
  negativeIndex: [2514],
  newline: [6659, 6060],
  noEmitOnError: [6662, 6008],
  noInitializer: [2564],
  nulls: [6699, 6113],
  oneParent: [2657],
  optionalOrder: [1016],
  outDir: [6678, 6006],
  override: [6666],
  overwriteInput: [5055],
  performance: [6615, 6632],
  pretty: [6685, 6073],
  renameNodeModules: [8035, 8036],
  rootDir: [6059],
  sameProperty: [1117],
  sizeCap: [6618, 6162],
  skipLib: [6693, 6692, 6012],
  superFirst: [17009],
  symlinks: [6683, 6013],
  tsconfigHelps: [5068],
  tslib: [6639, 6139],
  typesNode: [2580, 2591],
  unicodeEscape: [1198],
  unionTooComplex: [2590],
  unreachable: [6603, 6077],
  unusedExpectError: [2578],
  unusedLocals: [6675, 6134],
  watchOutput: [6684, 6191],
  wrapper: [2692],
} as const
export type Subject = keyof typeof SUBJECTS

/** Questions in one language. */
export interface LanguageQuestions {
  language: string
  /** Each with the diagnostic that answers it. */
  diagnostics: readonly (readonly [question: string, answer: Subject])[]
  /** Each with the Debian package whose description answers it. */
  packages: readonly (readonly [question: string, answer: string])[]
}
