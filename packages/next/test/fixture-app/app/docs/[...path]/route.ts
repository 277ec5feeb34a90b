export { dynamic, GET } from '../../health/route';
