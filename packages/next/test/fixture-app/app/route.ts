export { GET } from './[...rest]/route';
