/** One for all processes. It must never be in an error or an event. */
export const secretKey = 'sk_test_simulated0123456789';
