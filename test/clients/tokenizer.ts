export { countTokens as countO200k } from 'gpt-tokenizer/encoding/o200k_base'
export { countTokens as countCl100k } from 'gpt-tokenizer/encoding/cl100k_base'
