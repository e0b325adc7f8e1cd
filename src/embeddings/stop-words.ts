/** English words that say how a sentence is built rather than what it is about, the words of a question included. */
export const STOP_WORDS: ReadonlySet<string> = new Set(
  `a about above after again against all also am an and any are as at be because been before being below between both
  but by can could did do does doing down during each either etc few for from further get gets give given go goes had has
  have having he her here hers him his how however i if in into is it its itself just let like may me might more most much
  must my need no nor not now of off on once only onto or other our ours out over own please same shall she should since so
  some such than that the their them then there these they this those through thus to too under until up upon us use used
  uses using very via want was we well were what when where whether which while who whom whose why will with within without
  would you your yours`.split(/\s+/),
)
