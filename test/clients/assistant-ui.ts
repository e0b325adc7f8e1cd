export { ExportedMessageRepository, MessageRepository } from '@assistant-ui/core/internal'
