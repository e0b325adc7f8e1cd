/** The shape of what is being loaded. @param props.label read out */
export const Skeleton = ({ label, className = '' }: { label: string; className?: string }) => (
  <div className={`skeleton ${className}`} role="status" aria-label={label}>
    <i />
    <i />
    <i />
  </div>
)
