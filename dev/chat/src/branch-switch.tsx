import type { Branch } from '@parley/client'
import { Icon } from './icons.tsx'

interface SwitchProps {
  branch: Branch
  isDisabled: boolean
  onSwitch: (leafId: string) => void
}

/** "2 / 3", with buttons for the versions before and after. */
export function BranchSwitch({ branch, isDisabled, onSwitch }: SwitchProps) {
  const { position, count, previousLeafId, nextLeafId } = branch
  return (
    <span className="branches" role="group" aria-label={`Version ${position} of ${count}`}>
      <button
        type="button"
        className="icon-button"
        aria-label="Previous version"
        disabled={isDisabled || previousLeafId === null}
        onClick={() => previousLeafId !== null && onSwitch(previousLeafId)}
      >
        <Icon name="left" />
      </button>
      <span>
        {position} / {count}
      </span>
      <button
        type="button"
        className="icon-button"
        aria-label="Next version"
        disabled={isDisabled || nextLeafId === null}
        onClick={() => nextLeafId !== null && onSwitch(nextLeafId)}
      >
        <Icon name="right" />
      </button>
    </span>
  )
}
