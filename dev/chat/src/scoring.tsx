import type { DocumentHit } from '@parley/client'
import { formatNumber, formatOrdinal } from './format.ts'

type Scoring = DocumentHit['scoring']

/** What the score of a hit is made of. @param props.bestRank the best `keywordRank` of the list: BM25 has no highest value */
export function ScoreParts({ score, scoring, bestRank }: { score: number; scoring: Scoring; bestRank: number }) {
  const { similarity, semanticPosition, keywordRank, keywordPosition } = scoring
  return (
    <dl className="scoring">
      <Part
        name="Score"
        value={formatNumber(score)}
        share={score}
        note={scoring.fused === null ? undefined : 'both lists together'}
      />
      <Part
        name="By words"
        value={keywordRank === null ? 'no word matches' : `BM25 ${formatNumber(keywordRank)}`}
        share={keywordRank === null ? 0 : keywordRank / bestRank}
        note={noteOf(keywordPosition)}
      />
      <Part
        name="By meaning"
        value={similarity === null ? 'not compared' : `similarity ${formatNumber(similarity)}`}
        share={similarity ?? 0}
        note={noteOf(semanticPosition)}
      />
    </dl>
  )
}

const noteOf = (position: number | null) => (position === null ? undefined : `${formatOrdinal(position)} in its list`)

function Part({ name, value, share, note }: { name: string; value: string; share: number; note: string | undefined }) {
  const width = Math.max(0, Math.min(1, share)) * 100
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <svg className="bar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
          <rect width="100" height="6" />
          <rect className="filled" width={width} height="6" />
        </svg>
        <span>{value}</span>
        {note !== undefined && <span className="muted">{note}</span>}
      </dd>
    </div>
  )
}
